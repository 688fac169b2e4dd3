"""The package of a legal demand: the rows within its scope and nothing else, one JSON value a line."""

import datetime as dt
import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

from django.db import transaction

from accounts.models import User
from accounts.selectors import person_of
from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotAllowed, StaleState
from privacy.personal_data.contract import Handler, HandlerUnavailable, Person, Record, handlers
from privacy.personal_data.packaging.archive import IN_MEMORY
from privacy.personal_data.packaging.information import describer
from privacy.policy.board import is_on
from privacy.registers.demands.audit_events import TAKEN
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.vocabulary import CONTENTS, DemandState

FORMAT = "kept-legal-demand/1"
NEVER = frozenset({"demands.LegalDemand", "registers.Disclosure"})  # what others demanded is nobody else's matter


@transaction.atomic
def take_package(*, demand_id: uuid.UUID, actor: Actor, now: dt.datetime) -> IO[bytes]:
    """The package as a file that the caller closes. The taking is audited with the number of rows.

    Raises StaleState before the demand is carried out, or where a system does not answer: half a package would be
    taken for a whole one. NotAllowed without the right.
    """
    user = User.objects.filter(pk=actor.id, is_active=True).first() if actor.id else None
    if user is None or not user.has_perm("demands.file_demand"):
        raise NotAllowed("You may not do this with legal demands.")
    row = LegalDemand.objects.get(pk=demand_id)
    if row.state != DemandState.DISCLOSED:
        raise StaleState("No package before two approvals and the row in the ledger.")
    with ExitStack() as stack:
        out: IO[bytes] = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        rows = _fill(out, row, now)
        record(TAKEN, actor=actor, at=now, target=row, is_demo=row.is_demo, rows=rows)
        stack.pop_all()  # whole: from here on the caller closes it
    out.seek(0)
    return out


def _fill(out: IO[bytes], row: LegalDemand, now: dt.datetime) -> int:
    """Write the package; the number of its rows."""
    head = {
        "format": FORMAT,
        "demand": str(row.pk),
        "disclosure": str(row.disclosure_id),
        "recipient": row.recipient,
        "categories": row.categories,
        "made_at": now.isoformat(),
    }
    _line(out, head)
    rows = 0
    person = person_of(row.subject_id)
    for handler in handlers.all():
        for found in _rows(handler, person, scope_of(row)):
            _line(out, {"system": handler.system, "table": found.table, "category": found.category, "row": found.row})
            rows += 1
    return rows


def scope_of(row: LegalDemand) -> frozenset[str]:
    """The categories that may go out; words of the account only where the demand has a scope for them."""
    return frozenset(row.categories) - (frozenset() if row.contents else CONTENTS)


def _rows(handler: Handler, person: Person, scope: frozenset[str]) -> Iterator[Record]:
    if handler.key in NEVER:
        return
    words = describer()
    try:
        for found in handler.export(person):
            code = words.category_of(found.category) if words else found.category
            if code in scope or not is_on("demands.only_the_scope"):
                yield found
    except HandlerUnavailable:
        raise StaleState(f"{handler.label} does not answer. Take the package once it does.") from None


def _line(out: IO[bytes], value: object) -> None:
    out.write(json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n")
