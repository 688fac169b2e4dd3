"""What the drill adds to the product: a connector to the outside system, a job that collects, a reminder.

The connector is written as the contract asks of every connector to a system that can tell repeats apart.
"""

import datetime as dt
import http.client
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.selectors import person_of
from privacy.jobs.claiming import Claim
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.jobs.registry import job_kind
from privacy.kernel.actors import SYSTEM
from privacy.pages.collecting import collect_package
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
from privacy.personal_data.models import Subject

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
        left = len(self._keys(person))
        return [Residual("held", "rows", "still there", "owner", left)] if left else []

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


def package_path(subject_id: object) -> Path:
    """Where the package of a person lies."""
    return Path(settings.KEPT_FILES) / f"{subject_id}.zip"


def install() -> None:
    """Register everything; once in each process, before it forks."""
    handlers.register(Outside(int(os.environ["DRILL_OUTSIDE_PORT"])))

    @job_kind("drill.collect", max_attempts=60, atomic=False)
    def collect(claim: Claim) -> dict[str, int | str]:
        subject = Subject.objects.get(pk=claim.payload["subject"])
        path = package_path(subject.pk)
        path.parent.mkdir(parents=True, exist_ok=True)
        summary = collect_package(
            person=person_of(subject.pk), out=path, reason="The person asks.", actor=SYSTEM, now=claim.now
        )
        return {"rows": summary.rows}

    @mail_template("drill.reminder", message_class=MessageClass.REMINDER)
    def remind(message: OutboxMessage) -> RenderedMail:
        return RenderedMail("A reminder", "Something is due.")
