"""The stages of a deadline at which staff are reminded, counted from the safe day. Pure."""

import datetime as dt
import enum
from collections.abc import Collection
from dataclasses import dataclass

from dsr.periods import ACK, APPEAL, APPEAL_NOTICE, COMPLIANCE, EXTENSION_NOTICE, REASK, REFUSAL, RESPOND


class Stage(enum.StrEnum):
    """From the first word to the last."""

    T14 = "t14"
    T7 = "t7"
    T3 = "t3"
    T1 = "t1"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


# Days after the safe day on which a stage begins. The safe day itself is still in time. Three days later the
# case goes to those who may approve, since the first addressees have not moved.
BEGINS = {Stage.T14: -14, Stage.T7: -7, Stage.T3: -3, Stage.T1: -1, Stage.OVERDUE: 1, Stage.ESCALATION: 3}
FIRST = dt.timedelta(days=-min(BEGINS.values()))  # no stage begins earlier than this before the safe day
EVERY = frozenset(Stage)
FOLDED = dt.timedelta(days=3)

# Which stages of a clock are told. What may be done until a day, and need not be, is over afterwards and never
# late; a day before which nobody may be asked is no deadline at all.
TOLD: dict[str, frozenset[Stage]] = {
    RESPOND: EVERY,
    APPEAL: EVERY,
    COMPLIANCE: EVERY - {Stage.T14},
    ACK: EVERY - {Stage.T14, Stage.T7},
    REFUSAL: frozenset({Stage.T3, Stage.T1}),
    EXTENSION_NOTICE: frozenset({Stage.T3}),
    APPEAL_NOTICE: frozenset({Stage.T3}),
    REASK: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Begun:
    """A stage and the day on which it began."""

    stage: Stage
    on: dt.date


def current_stage(*, safe_on: dt.date, today: dt.date, told: Collection[Stage] = EVERY) -> Begun | None:
    """The most urgent stage that has begun; those missed meanwhile are part of it. None before the first, and
    after the safe day of a clock that is never overdue."""
    if today > safe_on and Stage.OVERDUE not in told:
        return None
    begun = [Begun(stage, safe_on + dt.timedelta(days=days)) for stage, days in BEGINS.items() if stage in told]
    return max((each for each in begun if each.on <= today), key=lambda each: each.on, default=None)


def stage_to_tell(*, safe_on: dt.date, filed_on: dt.date, today: dt.date, kind: str = RESPOND) -> Stage | None:
    """The stage that staff must know of. One that was over when the case was filed is told to nobody: who
    filed it saw the date."""
    now = current_stage(safe_on=safe_on, today=today, told=TOLD.get(kind, EVERY))
    return now.stage if now and now.on >= filed_on else None


def is_told_with_the_answer(*, safe_on: dt.date, answer_on: dt.date) -> bool:
    """Whether the reminder of the answer itself says this day too: it ends with it, or a little later."""
    return answer_on <= safe_on <= answer_on + FOLDED
