"""`/healthz` for a monitor, `/healthz/ok` for a load balancer. No personal data, no sign-in, no session."""

from django.db import DatabaseError, connection
from django.db.utils import InterfaceError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from privacy.pages.readiness.contract import Light, ask
from privacy.pages.readiness.running import RUNNING


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """Everything that can go wrong while running: 200, or 503 where anything is red."""
    findings = ask(RUNNING)
    is_ok = all(finding.light is not Light.RED for finding in findings)
    checks = {finding.code: {"light": finding.light, "text": finding.text} for finding in findings}
    return JsonResponse({"ok": is_ok, "checks": checks}, status=200 if is_ok else 503)


@never_cache
@require_safe
def ok(_request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: one query. What only a person can mend does not take it out of service."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})
