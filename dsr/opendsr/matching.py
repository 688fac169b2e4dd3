"""Whom a request means, in the systems of its controller alone. Our own people are never looked at.

A hash is matched where the data lies: the system reads its own identity columns and says which value has it. Nothing is
stored for that, for an index of unsalted hashes would itself give away who is in it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from dsr.opendsr.models import Controller, ProtocolRequest
from dsr.opendsr.vocabulary import RAW, TYPES
from privacy.personal_data.contract import Handler, HandlerUnavailable, Identity, Person, handlers
from privacy.policy.board import is_on

EXTERNAL = "external"


@dataclass(frozen=True)
class Matched:
    """A person without a subject of ours; `unmatched` hashes that no system recognized; `cannot` are the labels of
    systems that can compare none."""

    person: Person
    unmatched: int = 0
    cannot: tuple[str, ...] = field(default=())


def systems_of(controller: Controller) -> list[Handler]:
    """The handlers of the controller's own systems. HandlerUnavailable where one is connected no more."""
    found = {handler.key: handler for handler in handlers.everything()}
    if not is_on("opendsr.own_systems"):
        return [handler for handler in found.values() if handler.system != "kept"]
    missing = [key for key in controller.systems.split() if key not in found]
    if missing:
        raise HandlerUnavailable(f"{missing[0]} is not connected any more")
    return [found[key] for key in controller.systems.split()]


def match(request: ProtocolRequest, systems: Sequence[Handler]) -> Matched:
    """The identities as these systems know them. HandlerUnavailable where one does not answer."""
    sent = json.loads(request.identities)
    found: list[Identity] = []
    hashed: dict[str, list[tuple[str, str]]] = {}
    for each in sent:
        kind = TYPES[each["type"]]
        if each["format"] != RAW:
            hashed.setdefault(each["format"], []).append((kind, each["value"]))
        elif kind == EXTERNAL:
            found += [Identity(kind, f"{system.key}:{each['value']}") for system in systems]
        else:
            found.append(Identity(kind, each["value"]))
    open_hashes = {(form, *pair) for form, pairs in hashed.items() for pair in pairs}
    cannot = set()
    for form, pairs in hashed.items():
        for kind in {kind for kind, _ in pairs}:
            digests = [value for its, value in pairs if its == kind]
            for system in systems:
                recognized = system.recognize(kind, form, digests)
                if recognized is None:
                    cannot.add(system.label)
                    continue
                found += [Identity(kind, value) for value in recognized.values()]
                open_hashes -= {(form, kind, value) for value in recognized}
    return Matched(Person((), tuple(dict.fromkeys(found))), len(open_hashes), tuple(sorted(cannot)))
