"""After a merge the most protective of what either said counts, for every purpose and channel, as events that the
person can read. A merge never raises, and what nobody said lets nobody in.

A known person's own yes stays a yes when a browser joins that has said nothing: it is the same person, now known
there. The other way round nothing is carried: what was allowed on a nameless browser does not become the
permission of a known person.
"""

import datetime as dt
import uuid

from accounts.merging import Merge, is_known
from consent import dispatch
from consent.columns import as_uuid
from consent.models import ConsentEvent, Preference
from consent.rules import LOW, RAISED, Standing, Terms, decide, status_for
from consent.terms import terms_in_force
from consent.vocabulary import Door, Status
from consent.writing import How, lock_scene, write_change
from privacy.policy.board import is_on

PERMITTING = RAISED | {Status.PROVEN}


def keep_most_protective(merge: Merge) -> None:
    """The listener: write what has to be lowered, in the transaction of the merge."""
    if not is_on("consent.merge_protects"):
        return
    members = [*merge.joining, *merge.staying]
    rows = Preference.objects.filter(subject_id__in=members).values_list("purpose", flat=True)
    terms = terms_in_force()
    nameless = [side for side in (merge.joining, merge.staying) if not is_known(side)]
    known = [side for side in (merge.joining, merge.staying) if side not in nameless]
    guarded = known if nameless else []
    for purpose in sorted({each for each in rows if each in terms}):
        _settle(merge, terms[purpose], guarded)


def _settle(merge: Merge, terms: Terms, guarded: list[tuple[uuid.UUID, ...]]) -> None:
    scene = lock_scene(merge.staying[0], terms.code)
    at = scene.moment(merge.now)
    both = [merge.joining, merge.staying]
    sides = [[one for one in scene.standings if one.subject_id in members] for members in both]
    closed = [_closed(terms, side, at, is_guarded=ids in guarded) for side, ids in zip(sides, both, strict=True)]
    how = How(Door.SYSTEM, source_kind="merge", source_id=merge.alias_id.hex)
    left = list(scene.standings)
    events: list[ConsentEvent] = []
    for mine, theirs, shut in ((sides[0], sides[1], closed[1]), (sides[1], sides[0], closed[0])):
        for one in [each for each in mine if each.status in PERMITTING]:
            if status := _lowered(terms, one, theirs, shut=shut, left=left, now=at):
                left.remove(one)
                events.append(
                    write_change(scene, as_uuid(one.subject_id), one.channel, status, how=how, actor=merge.actor, at=at)
                )
    dispatch.announce(events)


def _closed(terms: Terms, side: list[Standing], now: dt.datetime, *, is_guarded: bool) -> set[str]:
    """The channels (empty: the purpose without one) that this side does not allow. Who said nothing has no say,
    but for a known person whom a nameless browser joins."""
    return {
        place
        for place in ("", *terms.channels)
        if (is_guarded or any(_counts(one, place) for one in side))
        and not decide(terms, side, channel=place, now=now).allowed
    }


def _lowered(
    terms: Terms, one: Standing, theirs: list[Standing], *, shut: set[str], left: list[Standing], now: dt.datetime
) -> Status | None:
    """What a yes becomes: the no of the other side, or run out where that said none and still does not allow."""
    if one.channel in shut and any(each.status in LOW and each.channel in {"", one.channel} for each in theirs):
        return status_for(terms.switch, allow=False, previous=one.status)
    opened = [place for place in shut if _counts(one, place) and decide(terms, left, channel=place, now=now).allowed]
    return Status.EXPIRED if opened else None


def _counts(one: Standing, place: str) -> bool:
    """Whether what stands says something about this channel."""
    return not place or one.channel in {"", place}
