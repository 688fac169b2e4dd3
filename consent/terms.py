"""The purposes in force as decisions need them, kept in memory for a moment.

A policy changes a few times a year; a person's preferences are never kept in memory.
"""

import datetime as dt
import time
from dataclasses import dataclass, field

from django.conf import settings

from consent.rules import Terms
from privacy.kernel.errors import NotFound
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import current_version, document_of, purposes
from privacy.policy.vocabulary import Basis, Switch, Treatment

KEPT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read last, and until when (monotonic) it is not read again."""

    until: float = 0.0
    version: PolicyVersion | None = None
    terms: dict[str, Terms] = field(default_factory=dict)


_kept = _Kept()


def terms_in_force() -> dict[str, Terms]:
    """Every published purpose by code; empty where no policy is in force."""
    return _current().terms


def version_in_force() -> PolicyVersion:
    """The version that `terms_in_force` comes from; NotFound where no policy is in force."""
    return _current().version or current_version()


def forget_terms() -> None:
    """Read again at the next question: after a publication in this process, and between tests."""
    global _kept  # noqa: PLW0603 - one value, replaced whole
    _kept = _Kept()


def _current() -> _Kept:
    global _kept  # noqa: PLW0603 - one value, replaced whole
    kept = _kept
    if time.monotonic() < kept.until:
        return kept
    try:
        version = current_version()
    except NotFound:
        return _Kept()
    _kept = fresh = _Kept(time.monotonic() + KEPT_SECONDS, version, terms_of(version))
    return fresh


def terms_on(day: dt.date) -> dict[str, Terms]:
    """The purposes as they were in force on a day; empty where no policy was."""
    try:
        return terms_of(current_version(day))
    except NotFound:
        return {}


def terms_of(version: PolicyVersion) -> dict[str, Terms]:
    """Every purpose of a version by code, published or not."""
    document = document_of(version)
    honored = {each.code for each in document.signals if each.treatment == Treatment.HONORED}
    return {
        row.code: Terms(
            code=row.code,
            basis=Basis(row.basis),
            message_class=row.message_class,
            channels=tuple(row.channels),
            categories=tuple(row.categories),
            valid_days=row.valid_days,
            notice_version=version.effective_on.isoformat(),
            policy_number=version.effective_on.toordinal(),
            stale_before=row.stale_before if row.switch is Switch.CONSENT else None,
            regions=document.regions,
            denied_by=tuple(signal for signal in row.denied_by if signal in honored),
            zone=settings.KEPT_TIME_ZONE,
        )
        for row in purposes(version)
    }
