"""What a line would change. Pure: an import can only lower, whatever it says."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consent.imports.people import Known
from consent.imports.rules import NO, UNKNOWN, Said
from consent.imports.vocabulary import Kind
from consent.rules import LOW, RAISED, Standing, status_for
from consent.vocabulary import Status
from consent.wording import Wording
from privacy.policy.board import is_on
from privacy.policy.vocabulary import Switch


@dataclass(frozen=True, slots=True)
class Planned:
    """What one thing that a line says comes to."""

    purpose: str
    channel: str
    kind: Kind
    reason: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The purposes in force by code, and the codes by what else they are called."""

    wordings: Mapping[str, Wording]
    codes: Mapping[str, str]

    def find(self, name: str) -> Wording | None:
        return self.wordings.get(name) or self.wordings.get(self.codes.get(name.casefold(), ""))


def plan(said: Said, known: Known | None, policy: Policy, said_at: dt.datetime | None) -> Iterator[Planned]:
    """Everything that follows from one thing said; nothing is one of the answers, as `same`."""
    wording = policy.find(said.purpose)
    if wording is None:
        yield Planned("", said.channel, Kind.REFUSED, "unknown_purpose")
        return
    code, channel = wording.code, said.channel
    fault = _fault(said, wording)
    if fault:
        yield Planned(code, channel, Kind.REFUSED, fault)
    elif said.word == NO:
        yield from _lowering(wording, channel, known, said_at)
    else:
        yield _raising(wording, channel, known)


def _fault(said: Said, wording: Wording) -> str:
    if said.word == UNKNOWN:
        return "unknown_word"
    if wording.switch is Switch.LOCKED:
        return "locked"
    return "no_channel" if said.channel and said.channel not in wording.channels else ""


def _lowering(wording: Wording, channel: str, known: Known | None, said_at: dt.datetime | None) -> Iterator[Planned]:
    mine = known.standings.get(wording.code, []) if known else []
    raised_here = [one for one in mine if one.channel == channel and one.status in RAISED]
    is_low = any(one.status in LOW and one.channel in {"", channel} for one in mine)
    if is_low and not raised_here:
        yield Planned(wording.code, channel, Kind.SAME)
        return
    narrower = [one for one in mine if not channel and one.channel and one.status in RAISED]
    canonical = known.members[0] if known else None
    yield _lower(wording, channel, known.at(wording.code, channel) if known else None, said_at)
    for one in narrower:
        if one.subject_id == canonical:
            yield _lower(wording, one.channel, one, said_at)


def _lower(wording: Wording, channel: str, before: Standing | None, said_at: dt.datetime | None) -> Planned:
    status = before.status if before else ""
    is_newer = before is not None and status in RAISED and said_at is not None and said_at < before.changed_at
    after = status_for(wording.switch, allow=False, previous=status)
    return Planned(wording.code, channel, Kind.LOWER, "older_than_grant" if is_newer else "", status, after.value)


def _raising(wording: Wording, channel: str, known: Known | None) -> Planned:
    mine = [one for one in (known.standings.get(wording.code, []) if known else []) if one.channel in {"", channel}]
    is_low = any(one.status in LOW for one in mine)
    stands = any(one.status in RAISED for one in mine) or wording.switch is Switch.OBJECTION
    before = known.at(wording.code, channel) if known else None
    if stands and not is_low:
        return Planned(wording.code, channel, Kind.SAME)
    if not is_on("consent.import_only_lowers"):
        after = status_for(wording.switch, allow=True, previous="")
        return Planned(wording.code, channel, Kind.LOWER, "", before.status if before else "", after.value)
    if known is None:
        return Planned(wording.code, channel, Kind.ASK_AGAIN, "not_given", "", Status.REQUESTED.value)
    return Planned(wording.code, channel, Kind.REFUSED, "raises", before.status if before else "")


def person_key(subject_id: uuid.UUID | None, index: str) -> str:
    """Under what two lines about the same person are compared: also where they name them by different addresses."""
    return f"subject:{subject_id}" if subject_id else index
