"""The purposes in force as decisions need them, kept in memory for a moment.

A policy changes a few times a year; a person's preferences are never kept in memory.
"""

import datetime as dt
import time

from consent.rules import Terms
from privacy.kernel.errors import NotFound
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import current_version, document_of, purposes
from privacy.policy.vocabulary import Basis, Switch, Treatment

KEPT_SECONDS = 2.0
_kept: tuple[float, dict[str, Terms]] = (0.0, {})


def terms_in_force() -> dict[str, Terms]:
    """Every published purpose by code; empty where no policy is in force."""
    global _kept  # noqa: PLW0603 - one tuple, replaced whole
    until, terms = _kept
    if time.monotonic() < until:
        return terms
    try:
        terms = _read()
    except NotFound:
        return {}
    _kept = (time.monotonic() + KEPT_SECONDS, terms)
    return terms


def forget_terms() -> None:
    """Read again at the next question: after a publication in this process, and between tests."""
    global _kept  # noqa: PLW0603 - one tuple, replaced whole
    _kept = (0.0, {})


def terms_on(day: dt.date) -> dict[str, Terms]:
    """The purposes as they were in force on a day; empty where no policy was."""
    try:
        return terms_of(current_version(day))
    except NotFound:
        return {}


def _read() -> dict[str, Terms]:
    return terms_of(current_version())


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
        )
        for row in purposes(version)
    }
