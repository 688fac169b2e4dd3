"""The dashboard: panels that apps register, each answering what is due, what is stuck or what broke."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure. `question` is due, stuck or broken; `tone` ok, warn or danger; `chart` an SVG."""

    question: str
    title: str
    figure: str
    text: str
    tone: str = "ok"
    url: str = ""
    chart: SafeString | str = ""


Maker = Callable[[dt.datetime], Panel]


@dataclass(frozen=True, slots=True)
class _Registered:
    name: str
    order: int
    permission: str
    make: Maker


_panels: dict[str, _Registered] = {}


def panel(name: str, *, order: int, permission: str = "") -> Callable[[Maker], Maker]:
    """Register a panel (module `<app>/panels.py`) for people with the permission; ValueError if taken."""

    def register(make: Maker) -> Maker:
        if name in _panels:
            raise ValueError(f"The panel {name} is registered twice.")
        _panels[name] = _Registered(name, order, permission, make)
        return make

    return register


def panels_for(request: HttpRequest, now: dt.datetime) -> list[Panel]:
    """The panels that this member of staff may see, in order."""
    entries = sorted(_panels.values(), key=lambda entry: (entry.order, entry.name))
    return [entry.make(now) for entry in entries if not entry.permission or request.user.has_perm(entry.permission)]
