"""What intake takes and what follows from it. Pure."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

DIRECT = frozenset({"person", "device", "derived"})  # sources that are the person's own, or worked out from it
NAMED_BY_POLICY = frozenset({"person", "device", "derived", "employer", "third_party", "staff"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value with its provenance. `source` is a source of the policy, or the name of a third party such as
    linkedin; `evidence` says where it can be seen that it came from there."""

    name: str
    category: str
    text: str
    source: str = "person"
    obtained_on: dt.date | None = None
    evidence: str = ""

    @property
    def kind(self) -> str:
        """The source as the policy names it: whom it does not name is a third party."""
        return self.source if self.source in NAMED_BY_POLICY else "third_party"

    @property
    def is_direct(self) -> bool:
        return self.kind in DIRECT


@dataclass(frozen=True, slots=True)
class Answer:
    """What was ticked, or left open, beside one consent that a form asked for."""

    purpose: str
    is_yes: bool
    recipient: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One collection as it was sent, in shape."""

    kind: str
    identifier: str
    touchpoint: str
    site: str
    form: str
    notice_on: dt.date
    language: str
    purpose: str
    values: Sequence[Value] = ()
    answers: Sequence[Answer] = field(default=())


def month_after(day: dt.date) -> dt.date:
    """The same day of the next month, or its last day (Article 14(3)(a) GDPR; Regulation 1182/71, Article 3)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)  # noqa: PLR2004 - December
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))
