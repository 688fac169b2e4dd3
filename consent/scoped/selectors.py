"""What was granted for single things. A list of questions costs as many statements as one."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db.models import Q

from consent.columns import standing_of
from consent.models import Preference
from consent.rules import LOW, decide
from consent.scoped.models import ScopedGrant
from consent.terms import terms_in_force
from consent.vocabulary import Status
from privacy.personal_data.models import Restriction, SubjectAlias
from privacy.personal_data.selectors import alias_set
from privacy.policy.grant_requests import Granted, Wanted

Members = dict[uuid.UUID, tuple[uuid.UUID, ...]]


def granted_scopes(*, purpose: str, wanted: Sequence[Wanted], now: dt.datetime) -> list[Granted]:
    """The purpose must be allowed, and each thing granted as it is shown now. The most protective row of the
    person wins, whichever of their subjects it stands under."""
    terms = terms_in_force().get(purpose)
    if terms is None:
        return [Granted(allowed=False, reason="unknown_purpose") for _ in wanted]
    members = _members({one.subject_id for one in wanted})
    everyone = {each for group in members.values() for each in group}
    standings: dict[uuid.UUID, list[Preference]] = {}
    for row in Preference.objects.filter(subject_id__in=everyone, purpose=purpose):
        standings.setdefault(row.subject_id, []).append(row)
    restrictions = Restriction.objects.filter(subject_id__in=everyone, lifted_at=None)
    restricted = set(restrictions.values_list("subject_id", flat=True))
    scopes = {one.scope for one in wanted}
    grants: dict[tuple[uuid.UUID, str], ScopedGrant] = {}
    for grant in ScopedGrant.objects.filter(subject_id__in=everyone, purpose=purpose, scope__in=scopes):
        grants[grant.subject_id, grant.scope] = grant
    answers = []
    for one in wanted:
        group = members[one.subject_id]
        held = [standing_of(row) for each in group for row in standings.get(each, [])]
        decision = decide(terms, held, is_restricted=not restricted.isdisjoint(group), now=now)
        if not decision.allowed:
            answers.append(Granted(allowed=False, reason=decision.reason))
            continue
        rows = [grants[each, one.scope] for each in group if (each, one.scope) in grants]
        answers.append(answer_of(rows, one.digest, now))
    return answers


def answer_of(rows: Sequence[ScopedGrant], digest: str, now: dt.datetime) -> Granted:
    """What the rows of one person about one thing say together."""
    low = [row for row in rows if row.status in LOW]
    given = [row for row in rows if row.status == Status.GIVEN]
    if low:
        return Granted(allowed=False, reason=low[0].status)
    if not given:
        return Granted(allowed=False, reason="pending" if rows else "not_given")
    same = [row for row in given if row.shown_digest == digest]
    if not same:
        return Granted(allowed=False, reason="text_changed")
    live = [row for row in same if row.expires_at is None or row.expires_at > now]
    if not live:
        return Granted(allowed=False, reason="expired")
    return Granted(allowed=True, reason="given", event_id=live[0].event_id)


def _members(subject_ids: set[uuid.UUID]) -> Members:
    """The alias set of each; one statement, and more only for people who were merged."""
    links = SubjectAlias.objects.filter(Q(subject_id__in=subject_ids) | Q(canonical_id__in=subject_ids))
    merged = {each for pair in links.values_list("subject_id", "canonical_id") for each in pair}
    return {each: alias_set(each) if each in merged else (each,) for each in subject_ids}


def scopes_of(subject_ids: Sequence[uuid.UUID]) -> list[ScopedGrant]:
    """Every thing that the person was asked about, the newest first."""
    return list(ScopedGrant.objects.filter(subject_id__in=subject_ids).order_by("-changed_at", "-id"))
