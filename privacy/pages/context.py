"""What every page knows: the installation's name and whether it is the demo."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Template variables on every page; no query."""
    return {"site_name": settings.SITE_NAME, "demo_mode": settings.KEPT_DEMO}
