"""Reads of the policy in force. All take the version as an optional argument, to save its query."""

import datetime as dt
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.ready import Ready
from privacy.policy.board import is_on
from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.models import (
    Category,
    Notice,
    PolicyVersion,
    Purpose,
    Recipient,
    RetentionPeriod,
    ShownFigure,
    Site,
    VersionState,
)

NUL = "\x00"  # PostgreSQL takes no text with it; SQLite finds nothing


def today() -> dt.date:
    """The date where the controller is."""
    return clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)


def in_force(on: dt.date | None = None) -> "QuerySet[PolicyVersion]":
    """The versions that have come into force by today (or `on` a date), that of the day first."""
    return _in_force(on or today(), is_published=is_on("policy.published_only"))


NONE_IN_FORCE = "No policy is in force. Load one with `manage.py load_policy FILE`."


def _in_force(on: Any, *, is_published: bool) -> "QuerySet[PolicyVersion]":
    rows = PolicyVersion.objects.filter(effective_on__lte=on)
    return (rows.filter(state=VersionState.PUBLISHED) if is_published else rows).order_by("-effective_on")


def _document(on: Any, *, is_published: bool) -> Any:
    return _in_force(on, is_published=is_published).values_list("document", flat=True)


def _promise(on: Any, *, is_published: bool) -> Any:
    return _in_force(on, is_published=is_published).values_list("effective_on", "response_days")


_OF_A_DAY = {each: Ready(partial(_in_force, is_published=each)) for each in (True, False)}
_PROMISE_OF_A_DAY = {each: Ready(partial(_promise, is_published=each)) for each in (True, False)}

_DOCUMENT_OF_A_DAY = {each: Ready(partial(_document, is_published=each)) for each in (True, False)}


def current_version(on: dt.date | None = None) -> PolicyVersion:
    """The version in force today (or `on` a date); NotFound where none is."""
    found = _OF_A_DAY[is_on("policy.published_only")].first(on or today())
    if found is None:
        raise NotFound(NONE_IN_FORCE)
    return found


def document_in_force() -> PolicyDocument:
    """The typed text of the version in force today, without its file; NotFound where none is."""
    found = _DOCUMENT_OF_A_DAY[is_on("policy.published_only")].first(today())
    if found is None:
        raise NotFound(NONE_IN_FORCE)
    return from_json(found)


def days_promised(on: dt.date) -> tuple[dt.date, int | None] | None:
    """Since when the version of a day is in force, and how many days it promises; without its texts."""
    return _PROMISE_OF_A_DAY[is_on("policy.published_only")].first(on)


def has_policy() -> bool:
    """Whether any policy is in force today."""
    return PolicyVersion.objects.filter(state=VersionState.PUBLISHED, effective_on__lte=today()).exists()


def version_of(effective_on: dt.date, *, with_drafts: bool = False) -> PolicyVersion:
    """The version of exactly this date; NotFound where there is none to show."""
    found = PolicyVersion.objects.filter(effective_on=effective_on).first()
    if found is None or not (found.is_published or with_drafts):
        raise NotFound("There is no version of this date.")
    return found


def version_before(effective_on: dt.date) -> PolicyVersion | None:
    """The published version that one of this date follows; None for the first."""
    rows = PolicyVersion.objects.filter(state=VersionState.PUBLISHED, effective_on__lt=effective_on)
    return rows.order_by("-effective_on").first()


def versions(*, with_drafts: bool = False) -> list[PolicyVersion]:
    """All published versions, the newest first, without their texts."""
    rows = PolicyVersion.objects.defer("source", "document")
    return list(rows if with_drafts else rows.filter(state=VersionState.PUBLISHED))


def document_of(version: PolicyVersion) -> PolicyDocument:
    """The typed text of a version; no query where the version was read in full."""
    return from_json(version.document)


def purposes(version: PolicyVersion | None = None) -> list[Purpose]:
    """Every purpose of the version, in the order of the file."""
    return list(Purpose.objects.filter(version=version or current_version()))


def purpose(code: str, version: PolicyVersion | None = None) -> Purpose:
    """One purpose; InvalidInput(field="purpose") where legal has not published it (promise S36)."""
    within = version or current_version()
    found = None if NUL in code else Purpose.objects.filter(version=within, code=code).first()
    if found is None:
        raise InvalidInput("This purpose is not in the published policy.", field="purpose", code="unknown_purpose")
    found.version = within  # at hand already: whoever asks for it next needs no query
    return found


def notice_for(purpose: Purpose | str, language: str = "en", version: PolicyVersion | None = None) -> Notice:
    """The notice of a purpose in `language`, else in the version's main language.

    NotFound where there is neither, which a loaded policy cannot have.
    """
    code = purpose if isinstance(purpose, str) else purpose.code
    within = version or (current_version() if isinstance(purpose, str) else purpose.version)
    rows = Notice.objects.filter(version=within, purpose__code=code, language__in={language, within.language})
    by_language = {row.language: row for row in rows.select_related("purpose")}
    found = by_language.get(language) or by_language.get(within.language)
    if found is None:
        raise NotFound("There is no notice for this purpose.")
    return found


def notices(language: str = "en", version: PolicyVersion | None = None) -> dict[str, Notice]:
    """The notice of every purpose by its code, in two queries at most."""
    within = version or current_version()
    rows = Notice.objects.filter(version=within, language__in={language, within.language}).select_related("purpose")
    found: dict[str, Notice] = {}
    for row in sorted(rows, key=lambda each: each.language == language):
        found[row.purpose.code] = row  # the asked language comes last and wins
    return found


def sites(version: PolicyVersion | None = None) -> list[Site]:
    """Every site of the version."""
    return list(Site.objects.filter(version=version or current_version()))


def site(slug: str, version: PolicyVersion | None = None) -> Site:
    """One site; InvalidInput(field="site") where the policy does not name it."""
    found = Site.objects.filter(version=version or current_version(), slug=slug).first()
    if found is None:
        raise InvalidInput("This site is not in the published policy.", field="site", code="unknown_site")
    return found


def categories(version: PolicyVersion | None = None) -> list[Category]:
    """Every category of data."""
    return list(Category.objects.filter(version=version or current_version()))


def recipients(version: PolicyVersion | None = None) -> list[Recipient]:
    """Everybody whom data goes to."""
    return list(Recipient.objects.filter(version=version or current_version()))


def retention_periods(version: PolicyVersion | None = None) -> list[RetentionPeriod]:
    """Every retention period."""
    return list(RetentionPeriod.objects.filter(version=version or current_version()))


def retention_period(code: str, version: PolicyVersion | None = None) -> RetentionPeriod:
    """One retention period; NotFound where the policy has none of that code."""
    found = RetentionPeriod.objects.filter(version=version or current_version(), code=code).first()
    if found is None:
        raise NotFound(f"The policy has no retention period {code}.")
    return found


def shown_figures() -> frozenset[int]:
    """The promises whose live figure legal shows on the public page."""
    return frozenset(ShownFigure.objects.filter(is_shown=True).values_list("number", flat=True))
