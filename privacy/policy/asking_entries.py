"""Entries about how people are asked: the dated rules of regions, and the surfaces with their buttons."""

import datetime as dt
from dataclasses import dataclass

from privacy.policy import reading as read
from privacy.policy.entry import Entry
from privacy.policy.vocabulary import ButtonAct, ButtonLook, ButtonWeight


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEntry(Entry):
    """What the law of a region says from a day on (until a day, both included).

    `covers` lists the codes of which the region consists. Tracking and promotions are off everywhere;
    only `on_by_default` of a rule in force says otherwise. `signals` must be honored there.
    """

    code: str = read.region()
    label: str = read.text()
    law: str = read.text()
    from_on: dt.date = read.day()
    until_on: dt.date | None = read.day(required=False)
    covers: tuple[str, ...] = read.regions(required=False)
    on_by_default: tuple[str, ...] = read.codes(refers="purposes", required=False)
    ask_again_months: int | None = read.number(6, 60, required=False)
    signals: tuple[str, ...] = read.codes(refers="signals", required=False)
    complaint: str = read.text(required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonEntry(Entry):
    """One control of a surface in one language, as a person sees it."""

    act: str = read.choice(ButtonAct)
    language: str = read.language()
    label: str = read.text()
    look: str = read.choice(ButtonLook, default="button")
    weight: str = read.choice(ButtonWeight, default="plain")
    layer: int | None = read.number(1, 9, required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceEntry(Entry):
    """A place where people are asked: the preferences page, a banner, a form. The lint compares them."""

    code: str = read.code()
    label: str = read.text()
    layers: int = read.number(1, 9)
    preset: bool = read.flag()  # whether a switch that needs consent is shown as on before anybody chose
    buttons: tuple[ButtonEntry, ...] = read.rows(ButtonEntry)
