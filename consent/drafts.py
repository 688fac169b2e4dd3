"""Where a draft of the policy can be seen as the preferences page would show it."""

import uuid
from urllib.parse import urlencode

from django.urls import reverse


def page_of_draft(version_id: uuid.UUID, purpose: str, language: str) -> str:
    """The address of the page, at one purpose of it (or at its top), in a language."""
    place = f"#{purpose}" if purpose else ""
    return f"{reverse('preferences_preview', args=[version_id])}?{urlencode({'language': language})}{place}"
