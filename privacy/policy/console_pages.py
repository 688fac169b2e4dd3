"""What the pages of the policy in the console share: who may look and change, and how a page is shown."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from privacy.console.site import console
from privacy.policy.comparing import by_section, differences
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import document_of, version_before

LOOK = ("dsr.work_subject_request", "policy.publish_policy")
PUBLISH = "policy.publish_policy"


def may_look(request: HttpRequest) -> bool:
    """Whoever works on requests or publishes may read every version and the board."""
    return any(request.user.has_perm(name) for name in LOOK)


def version_or_404(pk: str | uuid.UUID) -> PolicyVersion:
    """The version of this id."""
    try:
        return get_object_or_404(PolicyVersion, pk=uuid.UUID(str(pk)))
    except ValueError:
        raise Http404 from None


def version_to_change(request: HttpRequest, pk: uuid.UUID) -> PolicyVersion:
    """The version, for who may draft, review and publish."""
    if not request.user.has_perm(PUBLISH):
        raise PermissionDenied
    return version_or_404(pk)


def changes_since(version: PolicyVersion) -> dict[str, Any]:
    """The version that this one follows, and the differences by section."""
    before = version_before(version.effective_on)
    if before is None:
        return {"before": None, "changes": {}}
    found = differences(document_of(before), document_of(version), for_staff=True)
    return {"before": before, "changes": by_section(found)}


def show(request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the policy in the console's frame."""
    whole = {**console.each_context(request), "title": title, **context}
    return render(request, f"policy/console/{template}", whole, status=status)
