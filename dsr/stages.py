"""The stages of a deadline at which staff are reminded, counted from the safe day. Pure."""

import datetime as dt
import enum
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Begun:
    """A stage and the day on which it began."""

    stage: Stage
    on: dt.date


def current_stage(*, safe_on: dt.date, today: dt.date) -> Begun | None:
    """The most urgent stage that has begun; those missed meanwhile are part of it. None before the first."""
    begun = [Begun(stage, safe_on + dt.timedelta(days=days)) for stage, days in BEGINS.items()]
    return max((each for each in begun if each.on <= today), key=lambda each: each.on, default=None)


def stage_to_tell(*, safe_on: dt.date, filed_on: dt.date, today: dt.date) -> Stage | None:
    """The stage that staff must know of. One that was over when the case was filed is told to nobody: who
    filed it saw the date."""
    now = current_stage(safe_on=safe_on, today=today)
    return now.stage if now and now.on >= filed_on else None
