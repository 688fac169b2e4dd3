"""From which region a request comes, where the proxy in front of us says so. Nothing is looked up elsewhere."""

import re

from django.conf import settings
from django.http import HttpRequest

REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def region_of(request: HttpRequest) -> str:
    """An ISO 3166 code such as `DE` or `US-CA`; empty where nobody says."""
    if not settings.KEPT_REGION_HEADER:
        return ""
    told = request.headers.get(settings.KEPT_REGION_HEADER, "").strip().upper()
    return told if REGION.fullmatch(told) else ""
