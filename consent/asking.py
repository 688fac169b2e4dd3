"""May this person be asked? Nobody is asked again soon after a no, nor while a signal or a pause says no."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from consent.columns import as_uuid, standing_of
from consent.models import ConsentEvent, Preference
from consent.rules import LOW, Standing, Terms, is_stale
from consent.signals.rules import against
from consent.terms import terms_in_force
from consent.vocabulary import Status
from consent.wording import Wording
from privacy.kernel import clock
from privacy.personal_data.selectors import is_restricted
from privacy.policy.asking_bars import SUBJECT_REQUEST, first_days
from privacy.policy.board import is_on
from privacy.policy.regions import ask_again_on
from privacy.policy.vocabulary import Switch


@dataclass(frozen=True, slots=True)
class MayAsk:
    """Yes or no with its reason (a code); `next_on` is the first day of a yes, where a day alone decides."""

    allowed: bool
    reason: str
    next_on: dt.date | None = None


def may_ask(
    subject_ids: Sequence[uuid.UUID],
    purpose: str,
    region: str = "",
    *,
    now: dt.datetime,
    signals: Collection[str] = (),
    channel: str = "",
) -> MayAsk:
    """Whether this person (an alias set; empty for nobody we know) may be asked for consent to a purpose.

    `signals` are the browser signals of this very request (gpc, dnt).
    """
    rows = Preference.objects.filter(subject_id__in=subject_ids, purpose=purpose) if subject_ids else []
    standings = {purpose: [standing_of(row) for row in rows]}
    restricted = any(is_restricted(one) for one in subject_ids)
    question = Question(region=region, signals=frozenset(signals), channel=channel, is_restricted=restricted, now=now)
    return answers([purpose], standings, question)[purpose]


@dataclass(frozen=True, slots=True)
class Question:
    """What is the same for every purpose asked about at once."""

    now: dt.datetime
    region: str = ""
    signals: frozenset[str] = frozenset()
    channel: str = ""
    is_restricted: bool = False

    @property
    def today(self) -> dt.date:
        return clock.local_date(self.now, settings.KEPT_TIME_ZONE)


def answers(purposes: Iterable[str], standings: dict[str, list[Standing]], question: Question) -> dict[str, MayAsk]:
    """The answer for each purpose, in one query at most: where somebody was when they refused. And one more where
    that was by a request: what its law says."""
    terms = terms_in_force()
    relevant = {
        code: [one for one in standings.get(code, []) if one.channel in ("", question.channel)] for code in purposes
    }
    refused = [one.event_id for rows in relevant.values() for one in rows if one.status in LOW and one.event_id]
    facts = _facts_of(refused) if refused else {}
    return {
        code: _answer(terms[code], rows, question, facts) if code in terms else MayAsk(False, "unknown_purpose")
        for code, rows in relevant.items()
    }


@dataclass(frozen=True, slots=True)
class Refused:
    """Where somebody was when they refused, and from when on a law lets them be asked again, where it says so."""

    region: str = ""
    again_on: dt.date | None = None


NOWHERE = Refused()
Facts = dict[uuid.UUID | None, Refused]


def _facts_of(events: Sequence[str | uuid.UUID]) -> Facts:
    rows = list(ConsentEvent.objects.filter(pk__in=events).values_list("pk", "region", "source_kind", "source_id"))
    asked_by = {source for _pk, _region, kind, source in rows if kind == SUBJECT_REQUEST}
    days = first_days(SUBJECT_REQUEST, asked_by)
    return {
        pk: Refused(region, days.get(source) if kind == SUBJECT_REQUEST else None) for pk, region, kind, source in rows
    }


def _answer(terms: Terms, rows: Sequence[Standing], question: Question, facts: Facts) -> MayAsk:
    if barred := _barred(terms, rows, question):
        return barred
    if low := [one for one in rows if one.status in LOW]:
        return _after_refusal(terms, low, question, facts)
    given = [one for one in rows if one.status == Status.GIVEN]
    valid = [one for one in given if one.expires_at is None or one.expires_at > question.now]
    if valid:
        old = any(is_stale(one, terms) for one in valid)
        return MayAsk(old, "stale" if old else "given")
    if any(one.status == Status.REQUESTED for one in rows):
        return MayAsk(False, "pending")
    return MayAsk(True, "expired" if given or any(one.status == Status.EXPIRED for one in rows) else "never_asked")


def _barred(terms: Terms, rows: Sequence[Standing], question: Question) -> MayAsk | None:
    """What forbids asking whatever the person chose; None for nothing."""
    if terms.switch is not Switch.CONSENT:
        return MayAsk(False, "no_consent_needed")
    if question.is_restricted:
        return MayAsk(False, "restricted")
    if paused := [one.paused_until for one in rows if one.paused_until and one.paused_until > question.now]:
        return MayAsk(False, "paused", clock.local_date(max(paused), settings.KEPT_TIME_ZONE) + dt.timedelta(days=1))
    if against(terms, question.signals):
        return MayAsk(False, "signal")
    return None


def _after_refusal(terms: Terms, low: Sequence[Standing], question: Question, facts: Facts) -> MayAsk:
    """Every refusal of the alias set counts, under the rules of where the person is and where they refused, and under
    the law of the request by which they did."""
    days: dict[dt.date, str] = {}
    for one in low:
        refused = facts.get(as_uuid(one.event_id), NOWHERE) if one.event_id else NOWHERE
        refused_on = clock.local_date(one.changed_at, settings.KEPT_TIME_ZONE)
        days[ask_again_on(terms.regions, {question.region, refused.region} - {""}, refused_on)] = one.status
        if refused.again_on:
            days.setdefault(refused.again_on, one.status)
    next_on = max(days)
    if question.today < next_on and is_on("consent.not_asked_again"):
        return MayAsk(False, f"{days[next_on]}_recently", next_on)
    return MayAsk(True, "long_ago", next_on)


def is_fresh_no(before: Standing, purpose: str, *, region: str, now: dt.datetime, source_id: str = "") -> bool:
    """Whether a no beside a no that stands is news: the person could be asked again, was, and refuses again; or they
    say it by a request (`source_id`) whose law gives them peace for longer."""
    terms = terms_in_force().get(purpose)
    if before.status not in LOW or terms is None or terms.switch is not Switch.CONSENT:
        return False
    refused_on = clock.local_date(before.changed_at, settings.KEPT_TIME_ZONE)
    again_on = ask_again_on(terms.regions, {region} - {""}, refused_on)
    if clock.local_date(now, settings.KEPT_TIME_ZONE) >= again_on:
        return True
    longer = first_days(SUBJECT_REQUEST, {source_id} - {""}).get(source_id)
    if longer is None:
        return False
    event = as_uuid(before.event_id) if before.event_id else None
    known = _facts_of([event]).get(event, NOWHERE).again_on if event else None
    return longer > max(again_on, known or again_on)


def is_old_grant(before: Standing, wording: Wording) -> bool:
    """Whether a yes beside a yes that stands is news: it reaffirms what a material change made stale."""
    if before.status != Status.GIVEN or wording.stale_before is None:
        return False
    return before.policy_on is None or before.policy_on < wording.stale_before
