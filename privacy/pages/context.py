"""What every page knows: the installation's name, whether it is the demo, and which languages a page speaks."""

from django.conf import settings
from django.http import HttpRequest

from privacy.kernel.languages import LANGUAGES, NAMES


def site(request: HttpRequest) -> dict[str, object]:
    """Template variables on every page; no query."""
    language = getattr(request, "LANGUAGE_CODE", "")
    return {
        "site_name": settings.SITE_NAME,
        "demo_mode": settings.KEPT_DEMO,
        "languages": LANGUAGES if getattr(request, "speaks", False) else (),
        "language_name": NAMES.get(language, ""),
    }
