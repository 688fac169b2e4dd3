"""The dashboard: panels that apps register, each answering what is due, what is stuck or what broke.

The panels' figures are read together: a panel that names its `figures` gets them out of one statement over all
panels, and a maker may answer with several panels that share a statement of their own.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString

from privacy.console.figures import read_figures


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure. `question` is due, stuck or broken; `tone` ok, warn or danger; `chart` an SVG; `links` lead to parts
    of it: words and address."""

    question: str
    title: str
    figure: str
    text: str
    tone: str = "ok"
    url: str = ""
    chart: SafeString | str = ""
    links: Sequence[tuple[str, str]] = ()


Figures = dict[str, Any]
VIEWER = "viewer"  # among the figures: the id of whoever looks, None where a panel is asked by itself
Maker = Callable[[dt.datetime, Figures], Panel]
GroupMaker = Callable[[dt.datetime, Figures], list[Panel]]
Asker = Callable[[dt.datetime], dict[str, Subquery]]


@dataclass(frozen=True, slots=True)
class _Registered:
    name: str
    order: int
    permission: str
    figures: Asker
    make: GroupMaker


_panels: dict[str, _Registered] = {}


def no_figures(_now: dt.datetime) -> dict[str, Subquery]:
    """For a panel that reads what it shows by itself."""
    return {}


def panel(
    name: str, *, order: int, permission: str = "", figures: Asker = no_figures
) -> Callable[[Maker], Callable[[dt.datetime], Panel]]:
    """Register a panel (module `<app>/panels.py`) for people with the permission; ValueError if taken.

    `figures` names what the maker needs, each made by `console.figures`. The panel can be asked by itself with a
    moment, too.
    """

    def register(make: Maker) -> Callable[[dt.datetime], Panel]:
        entry = _register(name, order, permission, figures, lambda now, found: [make(now, found)])
        return lambda now: _made([entry], now)[0]

    return register


def panel_group(
    name: str, *, order: int, permission: str = "", figures: Asker = no_figures
) -> Callable[[GroupMaker], Callable[[dt.datetime], list[Panel]]]:
    """Register several panels that share a statement; they stand beside each other."""

    def register(make: GroupMaker) -> Callable[[dt.datetime], list[Panel]]:
        entry = _register(name, order, permission, figures, make)
        return lambda now: _made([entry], now)

    return register


def panels_for(request: HttpRequest, now: dt.datetime) -> list[Panel]:
    """The panels that this member of staff may see, in order."""
    entries = sorted(_panels.values(), key=lambda entry: (entry.order, entry.name))
    seen = [each for each in entries if not each.permission or request.user.has_perm(each.permission)]
    return _made(seen, now, viewer=request.user.pk)


def _register(name: str, order: int, permission: str, figures: Asker, make: GroupMaker) -> _Registered:
    if name in _panels:
        raise ValueError(f"The panel {name} is registered twice.")
    _panels[name] = _Registered(name, order, permission, figures, make)
    return _panels[name]


def _made(entries: list[_Registered], now: dt.datetime, viewer: object = None) -> list[Panel]:
    asked = {entry.name: entry.figures(now) for entry in entries}
    found = read_figures({f"{name}__{key}": each for name, keys in asked.items() for key, each in keys.items()})
    shown: list[Panel] = []
    for entry in entries:
        figures = {key: found[f"{entry.name}__{key}"] for key in asked[entry.name]}
        shown += entry.make(now, {VIEWER: viewer, **figures})
    return shown
