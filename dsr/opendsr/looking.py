"""What a request would do, asked of the controller's systems now: for the page, and for whoever starts it."""

import datetime as dt
from dataclasses import dataclass, field

from dsr.opendsr.matching import Matched, match, systems_of
from dsr.opendsr.models import ProtocolRequest
from dsr.opendsr.services import plan_digest
from privacy.personal_data.contract import Action, Found, Handler, HandlerPlan, HandlerUnavailable, Person


@dataclass
class Look:
    """`found` per system for a copy, `plans` for an erasure; `silent` says why nothing can be started now."""

    matched: Matched = field(default_factory=lambda: Matched(Person(())))
    found: list[tuple[Handler, list[Found]]] = field(default_factory=list)
    plans: list[HandlerPlan] = field(default_factory=list)
    silent: str = ""

    @property
    def digest(self) -> str:
        return plan_digest(self.plans)


def look(request: ProtocolRequest, *, now: dt.datetime) -> Look:
    """Ask each system. Outside a transaction: it may take seconds."""
    seen = Look()
    try:
        systems = systems_of(request.controller)
        seen.matched = match(request, systems)
        person = seen.matched.person
        if request.kind == "erasure":
            seen.plans = [system.plan(person, Action.ERASE, now=now) for system in systems]
        else:
            seen.found = [(system, list(system.find(person))) for system in systems]
    except HandlerUnavailable as error:
        seen.silent = f"A system of this customer did not answer: {error}. Try again when it does."
    return seen
