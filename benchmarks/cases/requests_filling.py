"""Many subject requests with all that belongs to them: `python -m benchmarks.cases.requests_filling COUNT`.

Three in a hundred are open, as where a month's requests stand among three years of them. Each has its rights, clocks,
history, contact and first message; some have messages and tasks. Hashes of the history are not real; the log is sealed.
Among few as among many, what the console is asked for fills its page: some hundreds are open at least, and sixty of
them are erasures under one law with a message that nobody has read. Else the fewer would be measured by shorter pages.
"""

import datetime as dt
import json
import random
import sys
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, models, transaction

from benchmarks.cases import setting_up
from benchmarks.cases.registers_filling import beside, is_one_in
from dsr.correspondence.models import Message
from dsr.models import CaseNote, Clock, Contact, HistoryRow, RequestItem, SubjectRequest
from dsr.notices.models import Task
from dsr.periods import ACK, EXTENSION_NOTICE, RESPOND
from dsr.reports.rollup import count_more
from dsr.states import OPEN, Channel, Right, State
from privacy.audit.models import AuditEvent
from privacy.audit.sealing import seal_pending
from privacy.kernel import clock
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.bulk_rows import write_rows
from privacy.kernel.fields import EncryptedTextField
from privacy.personal_data.models import Subject

OPEN_SHARE, OPEN_AT_LEAST, OPEN_AT_MOST = 0.03, 450, 0.5  # the last where there are very few
ALIKE = 60  # open ones that ask for the same under the same law, and wrote a message
TEAM = [uuid.UUID(int=number) for number in range(1, 6)]  # who works on them
THREE_YEARS, MONTH = 1095, 28
OPEN_STATES = [State.RECEIVED] * 12 + [State.UNCONFIRMED] * 3 + [State.PREPARED] * 2 + [State.RUNNING] * 2
ENDED_STATES = [State.CLOSED] * 17 + [State.REFUSED, State.EXPIRED, State.WITHDRAWN]
EXTENDED, REFERRED, APPEALED, OF_CHILDREN = 20, 20, 50, 100  # one in so many
RIGHTS = [Right.ACCESS, Right.ERASURE, Right.PORTABILITY, Right.RECTIFICATION, Right.SALE_OPT_OUT, Right.COMPLAINT]
REGIMES = ["EU-GDPR", "US-CA-CCPA", "UK-GDPR", "BR-LGPD"]
KNOWN = "known@bench.example"  # the address of some requests, and of the last one
OF_KNOWN = 20
CHUNK = 5_000


def plain(field: Any, value: object) -> Any:
    """A value as it is written by COPY."""
    ready = value if isinstance(field, EncryptedTextField) else field.get_prep_value(value)
    if isinstance(ready, dt.datetime | dt.date):
        return ready.isoformat()
    return str(ready) if isinstance(ready, uuid.UUID) else ready


def insert(model: type[models.Model], rows: Iterable[dict[str, object]]) -> None:
    """Rows given by some of their columns; the others get what Django gives them, encrypted where they are."""
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key and field.db_returning)]
    is_sealed = any(isinstance(field, EncryptedTextField) for field in fields)
    write_rows(
        model, [field.name for field in fields], (_values(model, fields, row, is_sealed=is_sealed) for row in rows)
    )


def _values(model: type[models.Model], fields: list[Any], row: dict[str, object], *, is_sealed: bool) -> list[Any]:
    if not is_sealed:
        return [plain(each, row.get(each.attname, each.get_default())) for each in fields]
    made = model(**row)
    return [plain(each, each.pre_save(made, add=True)) for each in fields]


class Requests:
    """The rows of so many requests, by a fixed seed."""

    def __init__(self, count: int, now: dt.datetime) -> None:
        self.count, self.now, self.chance = count, now, random.Random(7)  # noqa: S311 - rows to measure with
        self.rows: dict[type[models.Model], list[dict[str, object]]] = {}
        [self.index, *_] = blind_indexes("email", KNOWN)
        self.share = min(max(OPEN_SHARE, OPEN_AT_LEAST / count), OPEN_AT_MOST)
        self.open = 0

    def chunks(self) -> Iterator[dict[type[models.Model], list[dict[str, object]]]]:
        """So many requests at a time with their rows, what others point at first."""
        kinds = (Subject, SubjectRequest, RequestItem, Clock, HistoryRow, Contact, CaseNote, Message, Task, AuditEvent)
        for start in range(0, self.count, CHUNK):
            self.rows = {kind: [] for kind in kinds}
            for number in range(start, min(start + CHUNK, self.count)):
                self.one(number)
            yield self.rows | beside(self.rows[SubjectRequest], self.count)

    def one(self, number: int) -> None:
        """One request."""
        chance, is_last = self.chance, number == self.count - 1
        is_open = is_last or chance.random() < self.share
        self.open += is_open
        is_alike = is_open and self.open <= ALIKE
        state = State.RECEIVED if is_last else chance.choice(OPEN_STATES if is_open else ENDED_STATES)
        if not is_open and is_one_in(REFERRED, number, self.count // 2):
            state = State.REFERRED
        age = chance.uniform(0, MONTH) if is_open else chance.uniform(MONTH, THREE_YEARS)
        received = self.now - dt.timedelta(days=age)
        closed = None if is_open else received + dt.timedelta(days=chance.uniform(1, MONTH))
        due = received.date() + dt.timedelta(days=30)
        case, subject = (
            uuid.UUID(int=chance.getrandbits(128), version=4),
            uuid.UUID(int=chance.getrandbits(128), version=4),
        )
        self.rows[Subject].append({"id": subject, "created_at": received})
        self.rows[SubjectRequest].append(
            {
                "id": case, "reference": f"KX-B{number:06d}", "state": state, "subject_id": subject,
                "channel": chance.choice(list(Channel)), "received_at": received, "filed_at": received,
                "confirmed_at": received, "closed_at": closed, "due_on": due, "safe_on": due - dt.timedelta(days=2),
                "home_regime": REGIMES[0] if is_alike else chance.choice(REGIMES), "home_calendar": "NONE",
                "promise_days": 30,
                "identity_level": "V2", "region": "US-CA" if chance.random() < 0.2 else "DE",
                "assigned_to": chance.choice([None, None, *TEAM]),
            }
        )  # fmt: skip
        rights = chance.sample(RIGHTS, chance.choice([1, 1, 2]))
        if is_one_in(OF_CHILDREN, number, self.count):
            rights = [*rights, Right.CHILD_REPORT]
        for right in {Right.ERASURE: None, **dict.fromkeys(rights[1:])} if is_alike else rights:
            self.right(case, right, received, closed, due)
        seldom = {"extended": EXTENDED, "appeal_clock_started": APPEALED}
        more = [kind for kind, one_in in seldom.items() if is_one_in(one_in, number, self.count)]
        self.history(case, state, received, closed, more)
        self.words(case, received, number, is_open=is_open)
        self.rows[AuditEvent].append(
            {"at": received, "type": "dsr.opened", "actor_kind": "anonymous", "via": "bench", "payload": {},
             "subject_id": subject, "target_type": "dsr.SubjectRequest", "target_id": str(case), "row_hash": "0" * 64}
        )  # fmt: skip

    def right(
        self, case: uuid.UUID, right: str, received: dt.datetime, closed: dt.datetime | None, due: dt.date
    ) -> None:
        """One right with its clocks."""
        item = uuid.UUID(int=self.chance.getrandbits(128), version=4)
        outcome = self.chance.choice(["fulfilled", "fulfilled", "partly", "refused"]) if closed else ""
        self.rows[RequestItem].append(
            {"id": item, "subject_request_id": case, "right": right, "outcome": outcome, "decided_at": closed,
             "ground": "legal_claims" if outcome == "refused" else ""}
        )  # fmt: skip
        inputs = json.dumps({"received_at": received.isoformat(), "timezone": "UTC", "promise_days": 30})
        for kind in (RESPOND, ACK, EXTENSION_NOTICE):
            self.rows[Clock].append(
                {"item_id": item, "kind": kind, "profile": "EU-GDPR", "calendar": "NONE", "rule_version": "1",
                 "due_on": due, "safe_on": due - dt.timedelta(days=2), "promise_on": due, "inputs": inputs,
                 "computed_at": received, "met_at": closed, "trace": "Counted from the day of receipt."}
            )  # fmt: skip

    def history(
        self, case: uuid.UUID, state: str, received: dt.datetime, closed: dt.datetime | None, more: list[str]
    ) -> None:
        """What happened to it, `more` that happens to few included."""
        moves = [("filed", "", "unconfirmed"), ("clocks_started", "", ""), ("confirmed", "unconfirmed", "received")]
        if self.chance.random() < 0.1:
            moves.append(("clarification_requested", "", ""))
            moves += [("clarification_received", "", "")] * (self.chance.random() < 0.7)
        self.rows[SubjectRequest][-1]["awaits_person"] = moves[-1][0] == "clarification_requested"
        if state not in OPEN or state in {State.PREPARED, State.RUNNING}:
            moves += [("item_answered", "", ""), ("letter_written", "", ""), ("moved", "received", state)]
        moves += [(kind, "", "") for kind in more]
        for place, (kind, old, new) in enumerate(moves):
            at = closed if closed and place > 2 else received
            self.rows[HistoryRow].append(
                {"at": at, "row_hash": "0" * 64, "subject_request_id": case, "kind": kind, "from_state": old,
                 "to_state": new, "actor_kind": "system",
                 "detail": f"{at.date()}" if kind.startswith("clarification") else ""}
            )  # fmt: skip

    def words(self, case: uuid.UUID, received: dt.datetime, number: int, *, is_open: bool) -> None:
        """How to reach the person, what they wrote, and what is to be done."""
        is_last = number == self.count - 1
        of_known = is_last or not number % max(1, self.count // OF_KNOWN)
        index = self.index if of_known else f"k1:{self.chance.getrandbits(160):040x}"
        self.rows[Contact].append({"subject_request_id": case, "index": index if is_open or of_known else ""})
        self.rows[CaseNote].append(
            {"subject_request_id": case, "kind": "message", "text": "What do you have?", "created_at": received}
        )
        is_alike = is_open and self.open <= ALIKE
        for _ in range(3 if is_last else is_alike or self.chance.random() < 0.2):
            seen = None if is_alike or (is_open and self.chance.random() < 0.3) else received
            self.rows[Message].append(
                {"subject_request_id": case, "medium": "mail", "text": "And when?", "at": received,
                 "created_at": received, "seen_at": seen}
            )  # fmt: skip
        if is_last or self.chance.random() < 0.1:
            self.rows[Task].append(
                {"subject_request_id": case, "kind": "system", "about": "till", "label": "Old till",
                 "due_on": received.date() + dt.timedelta(days=20), "created_at": received,
                 "state": "open" if is_open else "done"}
            )  # fmt: skip


def fill(count: int) -> None:
    """So many requests, and the statistics of the database."""
    setting_up.policy()
    now = clock.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # a hundred thousand take longer than any page may
    for rows in Requests(count, now).chunks():
        with transaction.atomic():
            for model, lines in rows.items():
                insert(model, lines)
    while seal_pending(now=now - dt.timedelta(hours=1)):
        pass
    count_more(now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


if __name__ == "__main__":
    fill(int(sys.argv[1]))
