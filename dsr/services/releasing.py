"""The package that answers a case, and its release together with the letter."""

import datetime as dt
import uuid

from dsr.models import SubjectRequest
from dsr.outcomes import BY_PACKAGE
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import release_package
from privacy.policy.board import is_on


def package_of(case_id: uuid.UUID) -> PreparedPackage | None:
    """The package that answers a case, where one is being built or stands."""
    rows = PreparedPackage.objects.filter(case_id=case_id)
    return rows.filter(state__in=[PackageState.ASKED, PackageState.READY]).order_by("-asked_at").first()


def package_to_release(subject_request: SubjectRequest) -> PreparedPackage | None:
    """What answers the case; None where no right is answered by a package. DomainError where it is gone."""
    done = subject_request.items.filter(right__in=BY_PACKAGE, outcome__in=["fulfilled", "partly"])
    if not done.exists():
        return None
    package = package_of(subject_request.pk)
    if package is None:
        raise DomainError("The package is not there any more. Build it again.", code="no_package")
    return package


def release_case_package(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> PreparedPackage | None:
    """Release what answers the case. Errors as those of `package_to_release` and `release_package`."""
    package = package_to_release(subject_request)
    if package is not None and is_on("dsr.released_with_the_answer"):
        release_package(package=package, actor=actor, now=now)
        package.refresh_from_db()
    return package


def released_package(case_id: uuid.UUID, now: dt.datetime) -> PreparedPackage | None:
    """What the person of a case can download now."""
    rows = PreparedPackage.objects.filter(case_id=case_id, state=PackageState.READY, ends_at__gt=now)
    return rows.exclude(released_at=None).first()
