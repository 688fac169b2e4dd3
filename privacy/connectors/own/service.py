"""A service of the company's own that answers signed questions (Standard Webhooks signatures, one address).

Each question is a POST of JSON with `ask`: find, export, plan, apply or verify. `docs/connectors.md` has the shapes,
and `privacy/connectors/own/example.py` is a service that answers them.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from privacy.connectors.kinds import PACE, Check, Connection, Option, SystemKind
from privacy.connectors.web.calling import WebClient
from privacy.jobs.webhooks.models import Scheme
from privacy.jobs.webhooks.signing import signature
from privacy.kernel import clock
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
)

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
GROUND = re.compile(r"[a-z_]{1,40}")
LONGEST_TEXT, LONGEST_KEY = 300, 200
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,}={0,2}")
Ask = Callable[..., dict[str, Any]]


class ServiceHandler(Handler):
    """One service. What it answers is checked before it is believed."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, ask: Ask) -> None:
        self.key = self.system = key
        self.label = label
        self._ask = ask

    def find(self, person: Person) -> Sequence[Found]:
        found = _rows(self._ask("find", person=person), "tables")
        return [Found(_name(row, "table"), _count(row, "rows")) for row in found]

    def export(self, person: Person) -> Iterator[Record]:
        after = ""
        while True:
            body = self._ask("export", person=person, after=after)
            for row in _rows(body, "rows"):
                yield Record(_name(row, "table"), _name(row, "category"), _mapping(row, "row"))
            after = _text(body, "next")
            if not after:
                return

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        body = self._ask("plan", person=person, action=action.value)
        if reason := _text(body, "not_offered"):
            return HandlerPlan(self.key, action, not_offered=reason)
        return HandlerPlan(
            self.key,
            action,
            tuple(_table(row) for row in _rows(body, "tables")),
            tuple(_residual(row) for row in _rows(body, "residuals", may_miss=True)),
        )

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        body = self._ask(
            "apply",
            table=chunk.plan.table,
            treatment=chunk.plan.treatment.value,
            fields=list(chunk.plan.fields),
            keys=list(chunk.keys),
            values=dict(chunk.values),
            idem_key=chunk.idem_key,
            fence=chunk.fence,
        )
        names = ("removed", "anonymized", "retained", "already_done")
        counts = {name: _count(body, name, default=0) for name in names}
        if sum(counts.values()) != len(chunk.keys):
            raise HandlerUnavailable("it did not answer for every row")
        return ChunkResult(**counts, residuals=tuple(_residual(row) for row in _rows(body, "residuals", may_miss=True)))

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        approved = [{"table": t.table, "treatment": t.treatment.value, "keys": list(t.keys)} for t in frozen.tables]
        body = self._ask("verify", person=person, action=frozen.action.value, approved=approved)
        return [_residual(row) for row in _rows(body, "residuals")]


def _rows(body: Mapping[str, Any], name: str, *, may_miss: bool = False) -> list[dict[str, Any]]:
    rows = body.get(name, [] if may_miss else None)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HandlerUnavailable(f"its answer has no list {name}")
    return rows


def _name(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise HandlerUnavailable(f"its answer has no usable {name}")
    return value


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise HandlerUnavailable(f"its answer has no usable {name}")
    return value


def _count(row: Mapping[str, Any], name: str, *, default: int | None = None) -> int:
    value = row.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise HandlerUnavailable(f"its answer has no count {name}")
    return value


def _mapping(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    if not isinstance(value, dict):
        raise HandlerUnavailable(f"its answer has no object {name}")
    return value


def _day(row: Mapping[str, Any]) -> dt.date | None:
    text = _text(row, "until")
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise HandlerUnavailable("its answer has no usable until") from None


def _table(row: Mapping[str, Any]) -> TablePlan:
    keys, fields = row.get("keys"), row.get("fields", [])
    if not isinstance(keys, list) or not all(isinstance(key, str) and 0 < len(key) <= LONGEST_KEY for key in keys):
        raise HandlerUnavailable("its answer has no usable keys")
    if row.get("treatment") not in {each.value for each in Treatment} or not isinstance(fields, list):
        raise HandlerUnavailable("its answer has no usable treatment")
    ground, until = _text(row, "ground"), _day(row)
    if row["treatment"] == Treatment.RETAIN and not (GROUND.fullmatch(ground) and until):
        raise HandlerUnavailable("what it keeps has no ground and day")
    return TablePlan(
        _name(row, "table"), Treatment(row["treatment"]), tuple(dict.fromkeys(keys)), tuple(map(str, fields)),
        ground=ground, until=until, note=_text(row, "note"),
    )  # fmt: skip


def _residual(row: Mapping[str, Any]) -> Residual:
    what, why, who = (_text(row, name) for name in ("what", "why", "who"))
    if not (what and why and who):
        raise HandlerUnavailable("what it leaves over has no what, why and who")
    return Residual(_name(row, "table"), what, why, who, rows=_count(row, "rows", default=0))


class Service(SystemKind):
    """A service of the company's own."""

    code, label = "service", "A service of our own"
    options = (
        Option("url", "the one address that answers, https://…"),
        Option("signing_secret", "whsec_…, shared with the service", is_secret=True),
        Option("inside", "true where it stands inside the house", default=""),
        PACE,
    )

    def handler(self, connection: Connection) -> ServiceHandler:
        return ServiceHandler(key=connection.key, label=connection.label, ask=asking(connection))

    def self_test(self, connection: Connection) -> Sequence[Check]:
        """A question about nobody must be answered with nothing; one with a wrong signature must be refused."""
        _rows(asking(connection)("find", person=Person(())), "tables")
        checks = [Check("Asked about nobody", is_good=True, says="It answers in the right shape.")]
        forged = Connection(connection.key, "", connection.options, {"signing_secret": "whsec_" + "A" * 32})
        try:
            asking(forged)("find", person=Person(()))
        except HandlerUnavailable:
            checks.append(Check("Wrong signature", is_good=True, says="It refuses a question that we did not sign."))
        else:
            says = "It answers anybody. Have it verify the signature of every question."
            checks.append(Check("Wrong signature", is_good=False, says=says))
        return checks


def asking(connection: Connection) -> Ask:
    """A function that signs a question, sends it, and gives the object that is answered."""
    pace, is_inside = connection.pace(usual=20), connection.says("inside")
    client = WebClient(connection["url"], is_inside=is_inside, calls_a_second=pace, shared_as=connection.key)
    secret = connection["signing_secret"]
    if not SECRET.fullmatch(secret):
        raise HandlerUnavailable("its signing secret cannot be used: it is whsec_ and at least 24 bytes in base64")

    def ask(question: str, *, person: Person | None = None, **more: Any) -> dict[str, Any]:
        identities = [{"kind": each.kind, "value": each.value} for each in person.identities] if person else []
        about = {"person": identities} if person is not None else {}
        text = json.dumps({"ask": question, **about, **more}, separators=(",", ":")).encode()
        now, message = clock.now(), f"ask_{uuid.uuid4().hex}"
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature(Scheme.V1, secret, message_id=message, at=now, body=text),
        }
        answer = client.call("POST", "", raw=text, headers=headers, may_repeat=True)
        if not answer.is_good:
            raise HandlerUnavailable(f"it refuses a question ({answer.status})")
        if not isinstance(answer.data, dict):
            raise HandlerUnavailable("its answer cannot be read")
        return answer.data

    return ask
