"""A decision of a person, and an event of the log, against the same SQL by hand.

By hand means: the driver's own cursor, the same statements that carry the outcome, values ready made.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from benchmarks.cases import setting_up
from benchmarks.figures import Figure, compared, tell
from benchmarks.sizes import sizes
from consent import dispatch
from consent.dispatch import Happened
from consent.services import How, set_preference
from consent.vocabulary import Door
from dsr.audit_events import PREVIEWED
from privacy.audit.models import AuditEvent
from privacy.audit.services import record
from privacy.jobs.services import enqueue
from privacy.kernel import clock
from privacy.kernel.actors import Actor

PER_TRANSACTION = 100
EVENT_COLUMNS = (
    "at, type, actor_kind, actor_id, via, subject_id, target_type, target_id, payload, evidence_type, evidence_id, "
    "evidence_hash, is_demo, row_hash"
)
CONSENT_COLUMNS = (
    "id, at, is_demo, row_hash, subject_id, purpose, channel, status, previous, door, actor_kind, actor_id, "
    "notice_digest, notice_language, policy_on, site, region, source_kind, source_id, token_id"
)
JOB_COLUMNS = (
    "id, kind, idem_key, payload, state, run_after, fence, attempts, deaths, "
    "last_error_code, result, created_at, is_demo"
)
KIND = "consent.expire"  # any kind: what a change causes is one row of work, in the same transaction
HASH = "0" * 64


class ByHand:
    """The driver's cursor, with the spelling and the types that this driver wants."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.is_sqlite = connection.vendor == "sqlite"
        self.cursor = connection.connection.cursor()

    def run(self, statement: str, values: list[Any]) -> None:
        self.cursor.execute(statement.replace("%s", "?") if self.is_sqlite else statement, values)

    def key(self, value: uuid.UUID) -> Any:
        return value.hex if self.is_sqlite else str(value)

    def moment(self, value: Any) -> Any:
        return value.isoformat(" ") if self.is_sqlite else value

    def insert(self, table: str, columns: str, values: list[Any]) -> None:
        marks = ", ".join(["%s"] * len(values))
        self.run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def timed(act: Callable[[], None], times: int, clock_of: Callable[[], float]) -> float:
    """Microseconds of each of so many acts."""
    started = clock_of()
    for _ in range(times):
        act()
    return (clock_of() - started) * 1e6 / times


def decide(person: User, turn: Iterator[int]) -> None:
    """One decision through the service, now yes, now no."""
    set_preference(
        subject_id=person.subject_id,
        purpose_code=setting_up.PURPOSE,
        allow=next(turn) % 2 == 1,
        how=How(Door.SIGNED_IN),
        actor=Actor.subject(person.subject_id),
        now=clock.now(),
    )


def ask_for_more(events: Sequence[Happened]) -> None:
    """What a change causes, as a row of work."""
    for event in events:
        enqueue(KIND, idem_key=f"bench:{event.pk}", payload={}, now=event.at)


def decide_by_hand(hand: ByHand, person: User, turn: Iterator[int]) -> None:
    """Lock the person, read the standing decision, insert event and log, move the projection, ask for what
    follows: one transaction."""
    subject, event, now = hand.key(person.subject_id), hand.key(uuid.uuid4()), hand.moment(clock.now())
    was, status = ("given", "withdrawn") if next(turn) % 2 == 0 else ("withdrawn", "given")
    hand.run("BEGIN IMMEDIATE" if hand.is_sqlite else "BEGIN", [])
    hand.run(f"SELECT id FROM personal_data_subject WHERE id = %s {'' if hand.is_sqlite else 'FOR UPDATE'}", [subject])
    hand.run(
        "SELECT id, status, version FROM consent_preference WHERE subject_id = %s AND purpose = %s",
        [subject, setting_up.PURPOSE],
    )
    [row, _, version] = hand.cursor.fetchone()
    purpose = setting_up.PURPOSE
    values = [event, now, False, HASH, subject, purpose, "", status, was, "signed_in", "subject", subject, HASH, "en"]
    hand.insert("consent_consentevent", CONSENT_COLUMNS, [*values, "2018-05-15", "", "", "", "", ""])
    payload = json.dumps({"purpose": purpose, "channel": "", "status": status, "door": "signed_in"})
    act = [now, "consent.changed", "subject", subject, "", subject, "", None, payload, "consent.ConsentEvent", event]
    hand.insert("audit_auditevent", EVENT_COLUMNS, [*act, HASH, False, HASH])
    hand.run(
        "UPDATE consent_preference SET status = %s, event_id = %s, changed_at = %s, policy_on = %s, door = %s, "
        "version = version + 1 WHERE id = %s AND version = %s",
        [status, event, now, "2018-05-15", "signed_in", row, version],
    )
    work = [hand.key(uuid.uuid4()), KIND, f"hand:{event}", "{}", "ready", now, 0, 0, 0, "", "", now, False]
    hand.insert("jobs_job", JOB_COLUMNS, work)
    hand.run("COMMIT", [])


def note_events() -> None:
    """A transaction of events through the one door of the log."""
    actor = Actor.staff(uuid.uuid4())
    with transaction.atomic():
        for number in range(PER_TRANSACTION):
            record(PREVIEWED, actor=actor, at=clock.now(), subject_id=actor.id, tables=number, rows=7)


def save_events() -> None:
    """The same rows as a plain `save()` of Django: no check, no hash."""
    actor = uuid.uuid4()
    with transaction.atomic():
        for number in range(PER_TRANSACTION):
            values = {"actor_kind": "staff", "actor_id": actor, "subject_id": actor}
            payload = json.dumps({"tables": number, "rows": 7})
            AuditEvent(at=clock.now(), type=PREVIEWED.code, payload=payload, row_hash=HASH, **values).save(
                force_insert=True
            )


def insert_events(hand: ByHand) -> None:
    """The same rows by the driver."""
    actor = hand.key(uuid.uuid4())
    hand.run("BEGIN IMMEDIATE" if hand.is_sqlite else "BEGIN", [])
    for number in range(PER_TRANSACTION):
        payload = json.dumps({"tables": number, "rows": 7})
        act = [hand.moment(clock.now()), PREVIEWED.code, "staff", actor, "", actor, "", None, payload, "", None, ""]
        hand.insert("audit_auditevent", EVENT_COLUMNS, [*act, False, HASH])
    hand.run("COMMIT", [])


def main() -> None:
    size, hand = sizes(), ByHand()
    mine, theirs = setting_up.person("ours@bench.example"), setting_up.person("hand@bench.example")
    dispatch.on_change(ask_for_more)
    acts = partial(decide, mine, count()), partial(decide_by_hand, hand, theirs, count())
    for clock_name, clock_of in (("time", time.perf_counter), ("CPU", time.process_time)):
        figures = compared(size.rounds, *(partial(timed, act, size.writes, clock_of) for act in acts))
        n = size.rounds * size.writes
        tell(Figure(f"consent write, {clock_name}", "µs", figures[0], "the same SQL by hand", figures[1], n))
    times = max(1, size.events // PER_TRANSACTION)
    inserts = note_events, save_events, partial(insert_events, hand)
    each = [partial(timed, act, times, time.perf_counter) for act in inserts]
    ours, saved, by_hand = (figure / PER_TRANSACTION for figure in compared(size.rounds, *each))
    n = size.rounds * times * PER_TRANSACTION
    tell(Figure("log event, time", "µs", ours, "a plain Django save", saved, n))
    tell(Figure("log event, time", "µs", ours, "a plain INSERT", by_hand, n))


if __name__ == "__main__":
    main()
