"""May this be done? Pure: the policy's purpose, the person's standing decisions, and the time."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from consent.vocabulary import Door, Status
from privacy.kernel import clock
from privacy.policy.asking_entries import RegionEntry
from privacy.policy.board import is_on
from privacy.policy.regions import default_state
from privacy.policy.vocabulary import Basis, Switch, switch_for

RAISING_DOORS = frozenset({Door.SIGNED_IN, Door.LINK, Door.BANNER, Door.APP})  # the last two: for their own device
OWN_ONLY = frozenset({Door.BANNER, Door.APP})
DEVICE = "d:"  # begins the channel of one device: it concerns no question but those about that device
FRESH_LINK = dt.timedelta(minutes=10)  # a link mailed longer ago can only lower
RAISED = frozenset({Status.GIVEN, Status.PERMITTED})
BY_DEFAULT = 1 << 51  # marks the version of an answer that a dated rule turned, as `signals.rules.SIGNALED` does
FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)
LOW = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.OBJECTED})
RANK: dict[str, int] = {
    Status.GIVEN: 0,
    Status.PERMITTED: 0,
    Status.PROVEN: 0,
    Status.REQUESTED: 0,
    Status.EXPIRED: 0,
    Status.OVERRULED: 0,
    Status.REFUSED: 1,
    Status.WITHDRAWN: 2,
    Status.OBJECTED: 3,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy says about a purpose, as far as a decision needs it."""

    code: str
    basis: Basis
    message_class: str
    channels: tuple[str, ...]
    categories: tuple[str, ...]
    valid_days: int | None
    notice_version: str
    policy_number: int = 0  # rises with the policy's date
    stale_before: dt.date | None = None  # a consent to a text older than this must be given again
    regions: tuple[RegionEntry, ...] = ()  # the dated rules of the policy
    denied_by: tuple[str, ...] = ()  # the browser signals that switch it off, of those that are honored
    zone: str = "UTC"  # where the controller is: dated rules begin and end with its days
    # What follows from these is worked out once: a hundred questions at once ask for it a hundred times.
    switch: Switch = field(init=False)
    first: int = field(init=False)  # the version of an answer about somebody who decided nothing
    is_marketing: bool = field(init=False)  # an objection is absolute: direct marketing, and profiling for it
    yields: bool = field(init=False)  # to a restriction (Article 18)

    def __post_init__(self) -> None:
        told = self.message_class
        object.__setattr__(self, "switch", switch_for(self.basis))
        object.__setattr__(self, "first", self.policy_number << 24)
        object.__setattr__(self, "is_marketing", told == "promotional")
        object.__setattr__(self, "yields", self.basis is not Basis.LEGAL_OBLIGATION and told != "transactional")


Id = uuid.UUID | str  # as it was read: ids are compared and shown


class Standing(NamedTuple):
    """One preference of the person, of whichever subject of the alias set."""

    channel: str
    status: str
    version: int
    event_id: Id | None
    expires_at: dt.datetime | None
    subject_id: Id
    changed_at: dt.datetime
    policy_on: dt.date | None = None
    paused_until: dt.datetime | None = None
    pace: str = ""
    door: str = ""
    source: str = ""  # a signal's name, or the kind of what it came through
    given_at: dt.datetime | None = None  # when the person last said yes, also where that no longer stands

    @property
    def way(self) -> str:
        """The channel, where it is one that a question about all channels means: none of a single device."""
        return "" if self.channel.startswith(DEVICE) else self.channel


class Decision(NamedTuple):
    """Allow or deny, and how it was reached. `trace` names each step in order, as codes; `consent.words` tells
    the same steps in sentences. `standing` is the decision of the person that decided, `beaten_at` when they
    said the yes that it beats.

    `version` is another number whenever anything that the decision rests on is another: a choice, the
    policy's date, a restriction, an expiry. Callers compare it and read nothing from it.
    """

    allowed: bool
    reason: str
    basis: str = ""
    notice_version: str = ""
    event_id: Id | None = None
    expires_at: dt.datetime | None = None
    version: int = 0
    trace: tuple[str, ...] = ()
    pace: str = ""
    standing: Standing | None = None
    beaten_at: dt.datetime | None = None


Verdict = tuple[bool, str, Standing | None]


def decide(
    terms: Terms,
    standings: Sequence[Standing],
    *,
    channel: str = "",
    category: str = "",
    region: str = "",
    is_restricted: bool = False,
    now: dt.datetime,
) -> Decision:
    """Decide for one purpose. The most protective of all standing decisions wins.

    `region` is where the person is, as far as the asker knows: a dated rule may put a purpose on there.
    """
    relevant = [one for one in standings if concerns(one, channel)]
    allowed, reason, standing = _verdict(
        terms, _without_lifted(relevant, channel), channel, category, is_restricted=is_restricted, now=now
    )
    version = version_of(terms, relevant, is_restricted=is_restricted, now=now)
    if reason == "not_given" and region and _is_on_by_default(terms, region, now):
        allowed, reason = True, "on_by_default"  # nobody chose, and a dated rule of the region puts it on
        version |= BY_DEFAULT
    trace = _trace(terms.code, terms.basis, reason, allowed)
    pace = ""
    for one in relevant:
        if one.pace:
            pace = "fewer"
    if category:
        trace = (*trace[:-1], f"category:{category}", trace[-1])
    if standing is None:
        return Decision(allowed, reason, terms.basis, terms.notice_version, None, None, version, trace, pace)
    beaten_at = None if allowed else beaten_by(standing, relevant)
    ends = standing.event_id, standing.expires_at
    return Decision(
        allowed, reason, terms.basis, terms.notice_version, *ends, version, trace, pace, standing, beaten_at
    )


def concerns(standing: Standing, channel: str) -> bool:
    """Whether a decision has a say about this channel; an empty one asks about all."""
    return not standing.channel or standing.channel == (channel or standing.way)


def _is_on_by_default(terms: Terms, region: str, now: dt.datetime) -> bool:
    return default_state(terms.regions, terms.code, region, clock.local_date(now, terms.zone)).is_on


@lru_cache(maxsize=1024)
def _trace(code: str, basis: str, reason: str, allowed: bool) -> tuple[str, ...]:  # noqa: FBT001 - a key
    return f"purpose:{code}", f"basis:{basis}", f"{'allow' if allowed else 'deny'}:{reason}"


def _verdict(
    terms: Terms, standings: Sequence[Standing], channel: str, category: str, *, is_restricted: bool, now: dt.datetime
) -> Verdict:
    """The rules in their order; the first that has an answer decides."""
    if never := _never(terms, channel, category, is_restricted=is_restricted):
        return False, never, None
    switch = terms.switch
    if switch is Switch.LOCKED:
        return True, "needed", None
    worst = max(standings, key=_rank) if len(standings) > 1 else standings[0] if standings else None
    if worst and worst.status in LOW:
        return False, str(worst.status), worst
    overruled = paused = None
    for one in standings:  # the first of each; a loop, because this is asked a hundred times at once
        if overruled is None and one.status == Status.OVERRULED:
            overruled = one
        if paused is None and one.paused_until and one.paused_until > now:
            paused = one
    if overruled and terms.is_marketing:
        return False, "objected", overruled  # absolute (Article 21(3)), whatever was recorded
    if paused:
        return False, "paused", paused
    if switch is Switch.OBJECTION:
        return (True, "compelling_ground", overruled) if overruled else (True, "not_objected", worst)
    return _granted(terms, standings, now)


def _never(terms: Terms, channel: str, category: str, *, is_restricted: bool) -> str:
    """What no decision of a person can allow; empty where nothing stands in the way."""
    if channel and channel not in terms.channels:
        return "channel_not_in_purpose"
    if category and category not in terms.categories and is_on("consent.category_binding"):
        return "category_not_in_purpose"
    if is_restricted and terms.yields:
        return "restricted"
    return ""


def _rank(standing: Standing) -> int:
    return RANK.get(standing.status, 0)


def beaten_by(standing: Standing, relevant: Sequence[Standing]) -> dt.datetime | None:
    """When the newest yes was said that this decision beats."""
    return max((one.given_at for one in relevant if one.given_at and one.given_at != standing.changed_at), default=None)


def version_of(terms: Terms, standings: Sequence[Standing], *, is_restricted: bool, now: dt.datetime) -> int:
    """The number of an answer that rests on these."""
    changes = ended = 0
    for one in standings:  # each end that passes may turn the answer
        changes += one.version
        if one.expires_at is not None and one.expires_at <= now:
            ended += 1
        if one.paused_until is not None and one.paused_until <= now:
            ended += 1
    return terms.first | changes << 6 | min(ended, 31) << 1 | is_restricted


def _without_lifted(standings: Sequence[Standing], channel: str) -> Sequence[Standing]:
    """A later yes to one channel lifts the same subject's earlier no to the whole purpose, there only."""
    if not channel or len(standings) < 2:  # noqa: PLR2004 - it takes two to differ
        return standings
    yes = {one.subject_id: one.changed_at for one in standings if one.channel == channel and one.status in RAISED}
    return [
        one
        for one in standings
        if one.channel or one.status not in LOW or not one.changed_at < yes.get(one.subject_id, one.changed_at)
    ]


def _granted(terms: Terms, relevant: Sequence[Standing], now: dt.datetime) -> Verdict:
    """Consent and soft opt-in stand only on a grant that is still valid."""
    given, valid = [], []
    for one in relevant:
        if one.status == Status.GIVEN:
            given.append(one)
            if one.expires_at is None or one.expires_at > now:
                valid.append(one)
    if valid and terms.stale_before and (stale := [one for one in valid if is_stale(one, terms)]):
        return False, "stale", stale[0]
    if valid:
        return True, "given", min(valid, key=lambda one: one.expires_at or FOREVER) if len(valid) > 1 else valid[0]
    if given:
        return False, "expired", given[0]
    proven = next((one for one in relevant if one.status == Status.PROVEN), None)
    if proven and terms.basis is Basis.SOFT_OPT_IN:
        return True, "proofs_held", proven
    for status, reason in ((Status.EXPIRED, "expired"), (Status.REQUESTED, "pending")):
        if found := next((one for one in relevant if one.status == status), None):
            return False, reason, found
    reason = "not_given" if terms.switch is Switch.CONSENT else "proofs_missing"
    return not is_on("consent.off_by_default"), reason, None


def is_stale(standing: Standing, terms: Terms) -> bool:
    """Whether a consent was given to a text that a material change has replaced since."""
    return terms.stale_before is not None and (standing.policy_on is None or standing.policy_on < terms.stale_before)


def may_raise(door: str, *, link_age: dt.timedelta | None) -> bool:
    """Whether a decision through this door can raise permission: a fresh act of the person only."""
    if door == Door.LINK:
        return link_age is not None and dt.timedelta(0) <= link_age <= FRESH_LINK
    return door in RAISING_DOORS


def status_for(switch: Switch, *, allow: bool, previous: str) -> Status:
    """The status that a yes or no means under this switch."""
    if switch is Switch.OBJECTION:
        return Status.PERMITTED if allow else Status.OBJECTED
    if allow:
        return Status.GIVEN
    return Status.WITHDRAWN if previous in {Status.GIVEN, Status.PROVEN} else Status.REFUSED


def undoing(switch: Switch, *, status: str, previous: str) -> bool | None:
    """The choice that takes back a change from `previous` to `status`: yes, no, or None for nothing to undo."""
    was_allowed = previous in RAISED or (not previous and switch is Switch.OBJECTION)
    is_allowed = status in RAISED
    if switch is Switch.LOCKED or was_allowed == is_allowed:
        return None
    return was_allowed
