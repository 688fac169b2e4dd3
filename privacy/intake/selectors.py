"""Reads of intake."""

from django.conf import settings
from django.template.loader import render_to_string

from privacy.intake.models import CollectedValue, TellTask
from privacy.policy.selectors import categories, current_version, document_of, purpose


def letter_of(task: TellTask) -> str:
    """What a person is told: which data, from whom, what for, and what they can do (Article 14(1), (2) GDPR)."""
    version = current_version()
    document = document_of(version)
    words = {row.code: row.label for row in categories(version)}
    rows = CollectedValue.objects.filter(collection_id=task.collection_id, source=task.source).order_by("name")
    values = {
        "source": task.source,
        "rows": [{"name": row.name.replace("_", " "), "category": words.get(row.category, "")} for row in rows],
        "obtained_on": min((row.obtained_on for row in rows), default=task.collection.notice_on),
        "purpose": purpose(task.collection.purpose, version),
        "controller": document.policy.controller,
        "contacts": document.contacts,
        "url": settings.KEPT_BASE_URL,
        "site_name": settings.SITE_NAME,
    }
    return render_to_string("intake/mail/told.txt", values)
