"""The package that answers a case, and its release together with the letter."""

import datetime as dt
import uuid
from collections.abc import Callable

from django.db.models import QuerySet

from dsr.identity.selectors import require_level
from dsr.models import CaseNote, SubjectRequest
from dsr.outcomes import BY_PACKAGE
from dsr.selectors import items_of
from dsr.states import Right
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.ready import Ready
from privacy.personal_data.contract import Person
from privacy.personal_data.leaks.services import require_clean
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.package import Contents
from privacy.personal_data.prepared import release_package
from privacy.policy.board import is_on

Gate = Callable[[SubjectRequest, PreparedPackage], None]
_gates: list[Gate] = []
MOST_NOTES = 500
STAFF_NOTES = Ready(
    lambda subjects: CaseNote.objects.filter(kind="staff", subject_request__subject_id__in=subjects).order_by(
        "-created_at"
    )[:MOST_NOTES]
)
CONTENTS = {
    Right.ACCESS: Contents.ACCESS,
    Right.PORTABILITY: Contents.PORTABILITY,
    Right.SAFEGUARDS_COPY: Contents.SAFEGUARDS,
}


def contents_of(subject_request: SubjectRequest) -> frozenset[Contents]:
    """What the package of a case holds: for each right that is asked for and answered by a package, its part."""
    rights = subject_request.items.filter(right__in=BY_PACKAGE).exclude(outcome="refused")
    return frozenset(CONTENTS[Right(right)] for right in rights.values_list("right", flat=True))


def register_gate(gate: Gate) -> None:
    """Add something that must agree before a package leaves; it raises DomainError where it does not."""
    if gate not in _gates:
        _gates.append(gate)


def is_gate(gate: Gate) -> bool:
    """Whether this is asked before a package leaves."""
    return gate in _gates


def staff_notes_about(person: Person) -> list[str]:
    """Notes of our staff in the person's cases: none of them leaves with a package."""
    return [row.text for row in STAFF_NOTES.all(person.subject_ids)]


def package_of(case_id: uuid.UUID) -> PreparedPackage | None:
    """The package that answers a case, where one is being built or stands."""
    return packages_of(case_id).first()


def packages_of(case_id: uuid.UUID) -> "QuerySet[PreparedPackage]":
    """What is being built or stands for a case, the newest first."""
    rows = PreparedPackage.objects.filter(case_id=case_id)
    return rows.filter(state__in=[PackageState.ASKED, PackageState.READY]).order_by("-asked_at")


def package_to_release(subject_request: SubjectRequest) -> PreparedPackage | None:
    """What answers the case; None where no right is answered by a package. DomainError where it is gone,
    or nobody knows well enough who asks."""
    items = items_of(subject_request)
    done = [item for item in items if item.right in BY_PACKAGE and item.outcome in {"fulfilled", "partly"}]
    if not done:
        return None
    require_level(subject_request, done)
    package = package_of(subject_request.pk)
    if package is None:
        raise DomainError("The package is not there any more. Build it again.", code="no_package")
    for gate in _gates:
        gate(subject_request, package)
    return package


def release_case_package(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> PreparedPackage | None:
    """Release what answers the case. Errors as those of `package_to_release` and `release_package`."""
    package = package_to_release(subject_request)
    if package is not None and is_on("dsr.released_with_the_answer"):
        if is_on("dsr.leak_scan"):
            require_clean(package)
        release_package(package=package, actor=actor, now=now)
        package.refresh_from_db()
    return package


def released_package(case_id: uuid.UUID, now: dt.datetime) -> PreparedPackage | None:
    """What the person of a case can download now."""
    return released_packages(case_id, now).first()


def released_packages(case_id: uuid.UUID, now: dt.datetime) -> "QuerySet[PreparedPackage]":
    """It, or none, as rows that can be asked together with others of the case."""
    rows = PreparedPackage.objects.filter(case_id=case_id, state=PackageState.READY, ends_at__gt=now)
    return rows.exclude(released_at=None)
