"""May this be done? Pure: the policy's purpose, the person's standing decisions, and the time."""

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.vocabulary import Door, Status
from privacy.policy.asking_entries import RegionEntry
from privacy.policy.board import is_on
from privacy.policy.regions import default_state
from privacy.policy.vocabulary import Basis, Switch, switch_for

RAISING_DOORS = frozenset({Door.SIGNED_IN, Door.LINK, Door.BANNER, Door.APP})  # the last two: for their own device
OWN_ONLY = frozenset({Door.BANNER, Door.APP})
FRESH_LINK = dt.timedelta(minutes=10)  # a link mailed longer ago can only lower
RAISED = frozenset({Status.GIVEN, Status.PERMITTED})
LOW = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.OBJECTED})
RANK = {
    Status.GIVEN: 0,
    Status.PERMITTED: 0,
    Status.PROVEN: 0,
    Status.REQUESTED: 0,
    Status.EXPIRED: 0,
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

    @property
    def switch(self) -> Switch:
        return switch_for(self.basis)


@dataclass(frozen=True, slots=True)
class Standing:
    """One preference of the person, of whichever subject of the alias set."""

    channel: str
    status: str
    version: int
    event_id: uuid.UUID | None
    expires_at: dt.datetime | None
    subject_id: uuid.UUID
    changed_at: dt.datetime
    policy_on: dt.date | None = None
    paused_until: dt.datetime | None = None
    pace: str = ""
    door: str = ""
    source: str = ""  # a signal's name, or the kind of what it came through
    given_at: dt.datetime | None = None  # when the person last said yes, also where that no longer stands


@dataclass(frozen=True, slots=True)
class Decision:
    """Allow or deny, and how it was reached. `trace` names each step in order, as codes.

    `version` is another number whenever anything that the decision rests on is another: a choice, the
    policy's date, a restriction, an expiry. Callers compare it and read nothing from it.
    """

    allowed: bool
    reason: str
    basis: str = ""
    notice_version: str = ""
    event_id: uuid.UUID | None = None
    expires_at: dt.datetime | None = None
    version: int = 0
    trace: tuple[str, ...] = ()


Answer = Callable[..., Decision]


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
    trace = [f"purpose:{terms.code}", f"basis:{terms.basis.value}"]
    relevant = [one for one in standings if one.channel in ("", channel) or not channel]
    version = _version(terms, relevant, is_restricted=is_restricted, now=now)
    relevant = _without_lifted(relevant, channel)
    worst = max(relevant, key=lambda one: RANK[Status(one.status)], default=None)

    def answer(reason: str, standing: Standing | None = None, *, allowed: bool) -> Decision:
        return Decision(
            allowed,
            reason,
            terms.basis.value,
            terms.notice_version,
            standing.event_id if standing else None,
            standing.expires_at if standing else None,
            version,
            (*trace, f"{'allow' if allowed else 'deny'}:{reason}"),
        )

    allow, deny = functools.partial(answer, allowed=True), functools.partial(answer, allowed=False)
    if channel and channel not in terms.channels:
        return deny("channel_not_in_purpose")
    if category:
        trace.append(f"category:{category}")
        if category not in terms.categories and is_on("consent.category_binding"):
            return deny("category_not_in_purpose")
    if is_restricted and terms.basis is not Basis.LEGAL_OBLIGATION and terms.message_class != "transactional":
        return deny("restricted")
    if terms.switch is Switch.LOCKED:
        return allow("needed")
    if worst and worst.status in LOW:
        return deny(str(worst.status), worst)
    if paused := next((one for one in relevant if one.paused_until and one.paused_until > now), None):
        return deny("paused", paused)
    if terms.switch is Switch.OBJECTION:
        return allow("not_objected", worst)
    return _or_by_default(_granted(terms, relevant, allow, deny, now), allow, terms, region, now)


def _version(terms: Terms, standings: Sequence[Standing], *, is_restricted: bool, now: dt.datetime) -> int:
    ends = [end for one in standings for end in (one.expires_at, one.paused_until)]
    is_expired = any(end is not None and end <= now for end in ends)
    changes = sum(one.version for one in standings)
    return terms.policy_number << 24 | changes << 2 | is_restricted << 1 | is_expired


def _without_lifted(standings: Sequence[Standing], channel: str) -> list[Standing]:
    """A later yes to one channel lifts the same subject's earlier no to the whole purpose, there only."""
    if not channel:
        return list(standings)
    yes = {one.subject_id: one.changed_at for one in standings if one.channel == channel and one.status in RAISED}
    return [
        one
        for one in standings
        if one.channel or one.status not in LOW or not one.changed_at < yes.get(one.subject_id, one.changed_at)
    ]


def _granted(terms: Terms, relevant: Sequence[Standing], allow: Answer, deny: Answer, now: dt.datetime) -> Decision:
    """Consent and soft opt-in stand only on a grant that is still valid."""
    given = [one for one in relevant if one.status == Status.GIVEN]
    valid = [one for one in given if one.expires_at is None or one.expires_at > now]
    if valid and any(is_stale(one, terms) for one in valid):
        return deny("stale", valid[0])
    if valid:
        return allow("given", min(valid, key=lambda one: one.expires_at or dt.datetime.max.replace(tzinfo=dt.UTC)))
    if given:
        return deny("expired", given[0])
    if proven := [one for one in relevant if one.status == Status.PROVEN and terms.basis is Basis.SOFT_OPT_IN]:
        return allow("proofs_held", proven[0])
    for status, reason in ((Status.EXPIRED, "expired"), (Status.REQUESTED, "pending")):
        if found := [one for one in relevant if one.status == status]:
            return deny(reason, found[0])
    unanswered = deny if is_on("consent.off_by_default") else allow
    return unanswered("not_given" if terms.switch is Switch.CONSENT else "proofs_missing")


def _or_by_default(decision: Decision, allow: Answer, terms: Terms, region: str, now: dt.datetime) -> Decision:
    """Where nobody chose, a dated rule of the region may put the purpose on."""
    if decision.reason == "not_given" and region and default_state(terms.regions, terms.code, region, now.date()).is_on:
        return allow("on_by_default")
    return decision


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
