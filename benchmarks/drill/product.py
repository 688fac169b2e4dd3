"""What the drill adds to the product: a connector to the outside system, and a reminder.

The connector is written as the contract asks of every connector to a system that can tell repeats apart.
"""

import datetime as dt
import http.client
import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
    handlers,
)

TIMEOUT_S = 10


class Outside(Handler):
    """The connector: sends key and fence with every order, and counts what was done before."""

    key, system, label, is_transactional = "outside", "outside", "Outside system", False

    def __init__(self, port: int) -> None:
        self._port = port

    def find(self, person: Person) -> Sequence[Found]:
        return [Found("held", len(self._keys(person)))]

    def export(self, person: Person) -> Iterator[Record]:
        yield from (Record("held", "billing", {"id": key}) for key in self._keys(person))

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered="A person does it there.")
        keys = self._keys(person)
        tables = (TablePlan("held", Treatment.DELETE, keys),) if keys else ()
        return HandlerPlan(self.key, action, tables)

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        order = {"keys": list(chunk.keys), "idem_key": chunk.idem_key, "fence": chunk.fence}
        answer = self._ask("/erase", order)
        if answer["answer"] == "old_fence":
            raise HandlerUnavailable("a newer worker has this order")
        removed = int(answer["removed"])
        return ChunkResult(removed=removed, already_done=len(chunk.keys) - removed)

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        kept = {key for table in frozen.tables if table.treatment is Treatment.RETAIN for key in table.keys}
        left = len(set(self._keys(person)) - kept)
        return [Residual("held", "rows", "still there", "owner", left)] if left else []

    def plan_keys(self, person: Person, table: TablePlan, *, now: dt.datetime) -> HandlerPlan:
        there = set(self._keys(person))
        keys = tuple(key for key in table.keys if key in there)
        tables = (TablePlan("held", Treatment.DELETE, keys),) if keys else ()
        return HandlerPlan(self.key, Action.ERASE, tables)

    def _keys(self, person: Person) -> tuple[str, ...]:
        return tuple(key for email in person.values("email") for key in self._ask("/find", {"email": email})["keys"])

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise HandlerUnavailable(type(error).__name__) from None
        finally:
            connection.close()
        return answer


def install() -> None:
    """Register everything; once in each process, before it forks."""
    handlers.register(Outside(int(os.environ["DRILL_OUTSIDE_PORT"])))

    @mail_template("drill.reminder", message_class=MessageClass.REMINDER)
    def remind(_message: OutboxMessage) -> RenderedMail:
        return RenderedMail("A reminder", "Something is due.")
