"""What the feed says about people: the answers as they stand and as they will turn by themselves, so that a follower
needs no rules of its own."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.models import Identifier
from consent.columns import standing_of
from consent.feed.names import Names
from consent.models import Preference
from consent.rules import Decision, Standing, Terms, decide
from consent.words import verdict
from privacy.kernel.canonical import digest
from privacy.personal_data.models import Restriction, SubjectAlias
from privacy.personal_data.selectors import alias_set

Record = dict[str, Any]
Groups = dict[uuid.UUID, tuple[uuid.UUID, ...]]  # the canonical subject, and everybody who is the same person


def policy_block(terms: Mapping[str, Terms], now: dt.datetime) -> dict[str, Any]:
    """The purposes in force: what is answered about who decided nothing, and what may be asked at all."""
    purposes = {
        code: {
            "basis": str(one.basis),
            "notice_version": one.notice_version,
            "channels": list(one.channels),
            "categories": list(one.categories),
            "usual": _short(decide(one, (), now=now)),
            "restricted": _short(decide(one, (), is_restricted=True, now=now)),
        }
        for code, one in sorted(terms.items())
    }
    marks = [f"{code} {values} {terms[code].stale_before}" for code, values in purposes.items()]
    return {"digest": digest(marks)[:32], "purposes": purposes}


def groups_of(subject_ids: Iterable[uuid.UUID]) -> Groups:
    """The whole person of each subject; two statements for people who were never merged."""
    ids = set(subject_ids)
    merged = set(SubjectAlias.objects.filter(subject_id__in=ids).values_list("subject_id", flat=True))
    merged |= set(SubjectAlias.objects.filter(canonical_id__in=ids).values_list("canonical_id", flat=True))
    groups: Groups = {one: (one,) for one in ids - merged}
    for one in merged:
        members = alias_set(one)
        groups[members[0]] = members
    return groups


def records_of(groups: Groups, terms: Mapping[str, Terms], names: Names, *, now: dt.datetime) -> list[Record]:
    """One record for each person, in three statements for all of them."""
    everybody = [member for members in groups.values() for member in members]
    known: dict[uuid.UUID, list[str]] = {}
    for row in Identifier.objects.filter(subject_id__in=everybody).order_by("id"):
        known.setdefault(row.subject_id, []).append(names.of_identifier(row.kind, row.value))
    standings: dict[uuid.UUID, list[tuple[str, Standing]]] = {}
    for preference in Preference.objects.filter(subject_id__in=everybody).order_by("id"):
        standings.setdefault(preference.subject_id, []).append((preference.purpose, standing_of(preference)))
    restricted = set(
        Restriction.objects.filter(subject_id__in=everybody, lifted_at=None).values_list("subject_id", flat=True)
    )
    return [
        {
            "person": names.of_subject(canonical),
            "replaces": sorted(names.of_subject(member) for member in members if member != canonical),
            "names": sorted(name for member in members for name in known.get(member, [])),
            "restricted": (is_restricted := bool(restricted & set(members))),
            "decisions": _decisions(
                [each for member in members for each in standings.get(member, [])], terms, is_restricted, now
            ),
        }
        for canonical, members in groups.items()
    ]


def _decisions(
    standings: Sequence[tuple[str, Standing]],
    terms: Mapping[str, Terms],
    is_restricted: bool,  # noqa: FBT001 - one of four facts about the person
    now: dt.datetime,
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """By purpose and channel, what is answered until when. A channel that is answered as the whole is left out."""
    mine: dict[str, list[Standing]] = {}
    for purpose, standing in standings:
        mine.setdefault(purpose, []).append(standing)
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for code, stood in sorted(mine.items()):
        if code not in terms:
            continue
        by_channel = {
            channel: _segments(terms[code], stood, channel, is_restricted, now)
            for channel in ("", *terms[code].channels)
        }
        whole = by_channel[""]
        found[code] = {channel: each for channel, each in by_channel.items() if not channel or each != whole}
    return found


def _segments(
    terms: Terms,
    stood: Sequence[Standing],
    channel: str,
    is_restricted: bool,  # noqa: FBT001 - as above
    now: dt.datetime,
) -> list[dict[str, Any]]:
    """The answer from now on, cut where it turns by itself: at the end of a grant or of a pause."""
    ends = {end for one in stood for end in (one.expires_at, one.paused_until) if end is not None and end > now}
    moments = [now, *sorted(ends)]
    segments: list[dict[str, Any]] = []
    for number, moment in enumerate(moments):
        decision = decide(terms, stood, channel=channel, is_restricted=is_restricted, now=moment)
        until = moments[number + 1].isoformat() if number + 1 < len(moments) else None
        segments.append({**_long(decision), "until": until})
    return segments


def _short(decision: Decision) -> list[str]:
    return ["allow" if decision.allowed else "deny", decision.reason]


def _long(decision: Decision) -> dict[str, Any]:
    return {
        "decision": "allow" if decision.allowed else "deny",
        "reason": decision.reason,
        "event_id": str(decision.event_id) if decision.event_id else None,
        "expires_at": decision.expires_at.isoformat() if decision.expires_at else None,
        "version": decision.version,
        "pace": decision.pace,
        "explanation": verdict(decision),
    }
