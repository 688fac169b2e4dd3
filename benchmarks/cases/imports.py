"""A bulk import, from the sealed file to the last of its rows, against COPY of the same rows into the same tables.

The rows of the reference are made beforehand, by the same code with a pen that only writes them down: subject,
identifier, consent event, event of the log and preference of each person. On SQLite, which has no COPY, they
are inserted by one prepared statement for each table. The seal is no part of either: as for every other event, it
comes with the next poll (case `ledger`).
"""

import io
import time
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import count
from typing import Any
from unittest import mock

from django.db import connection, models, transaction

from benchmarks.cases import setting_up
from benchmarks.figures import Figure, compared, tell
from benchmarks.sizes import sizes
from consent import bulk
from consent.imports import applying
from consent.imports.checking import policy_of, policy_promotional
from consent.imports.files import store
from consent.imports.mapping_files import save_mapping
from consent.imports.models import ConsentImport
from consent.imports.services import approve_import, take_in
from privacy.audit import bulk as audit_bulk
from privacy.audit.sealing import seal_pending
from privacy.jobs.worker import run_until_empty
from privacy.kernel import bulk_rows, clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.selectors import current_version

MAPPING = """label: Bench
identifier: {kind: email, columns: [email]}
says: [{columns: [newsletter], purposes: [newsletter], denied: ['out']}]
"""
Written = tuple[type[models.Model], Sequence[str], list[Sequence[Any]]]


def taken_in(people: int, turn: int) -> ConsentImport:
    """A file of strangers who said no, read and listed."""
    lines = "".join(f"person{number}.{turn}@bench.example,out\n" for number in range(people))
    file = store([f"email,newsletter\n{lines}".encode()])
    row = take_in(file=file, mapping="bench", actor=OPERATOR, now=clock.now())
    run_until_empty()
    row.refresh_from_db()
    if (row.state, row.lower) != ("checked", people):
        raise RuntimeError(f"The file is {row.state} with {row.lower} changes: {row.fault}")
    return row


def ours(people: int, turns: Iterable[int]) -> float:
    """Microseconds a person, through the job: the approved list checked, the file read, locks, hashes, rows."""
    row = taken_in(people, next(iter(turns)))
    approve_import(consent_import=row, digest=row.digest, actor=OPERATOR, now=clock.now())
    started = time.perf_counter()
    run_until_empty()
    taken = time.perf_counter() - started
    row.refresh_from_db()
    if (row.state, row.applied) != ("applied", people):
        raise RuntimeError(f"The import is {row.state} with {row.applied} changes.")
    seal_all()
    return taken * 1e6 / people


def raw(people: int, turns: Iterable[int]) -> float:
    """Microseconds a person, by COPY of ready rows, as many in a transaction."""
    chunks = [ready(chunk) for chunk in written_down(taken_in(people, next(iter(turns))))]
    started = time.perf_counter()
    for chunk in chunks:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement, data in chunk:
                if isinstance(data, io.StringIO):
                    cursor.cursor.copy_expert(statement, data, bulk_rows.BUFFER)
                else:
                    cursor.executemany(statement, data)
    taken = time.perf_counter() - started
    seal_all()
    return taken * 1e6 / people


def seal_all() -> None:
    """So that no turn leaves work to the next."""
    while seal_pending(now=clock.now()):
        pass


def written_down(row: ConsentImport) -> list[list[Written]]:
    """The rows that an import writes, chunk by chunk, on paper."""
    policy, chunks = policy_of(current_version()), []
    values = applying._Values(row, policy)  # noqa: SLF001 - the very thing that is measured
    assert policy_promotional(policy)  # noqa: S101 - a policy without mail would measure nothing
    while changes := applying.changes_to_apply(row, most=applying.CHUNK):
        page: list[Written] = []

        def note(model: type[models.Model], names: Sequence[str], rows: Iterable[Any], page: Any = page) -> None:
            page.append((model, names, list(rows)))

        pens = [mock.patch.object(module, "write_rows", note) for module in (bulk, applying, audit_bulk)]
        with transaction.atomic(), pens[0], pens[1], pens[2]:
            applying.apply_chunk(row, changes, policy, values, OPERATOR, now=clock.now())
        row.applied_through = changes[-1].id
        chunks.append(page)
    return chunks


def ready(page: list[Written]) -> list[tuple[str, Any]]:
    """Each table's statement and its rows as the driver takes them."""
    made: list[tuple[str, Any]] = []
    for model, names, rows in page:
        fields = [model._meta.get_field(name) for name in names]
        columns = ", ".join(f'"{field.column}"' for field in fields)  # type: ignore[union-attr]  # concrete fields
        table = model._meta.db_table
        if connection.vendor == "postgresql":
            text = io.StringIO(bulk_rows.copy_text(rows))
            made.append((f'COPY "{table}" ({columns}) FROM STDIN', text))
        else:
            forms = [bulk_rows.sqlite_form(field) for field in fields]
            data = [[form(value) for form, value in zip(forms, row, strict=True)] for row in rows]
            marks = ", ".join(["%s"] * len(names))
            made.append((f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', data))
    return made


def main() -> None:
    size, turns = sizes(), count()
    setting_up.policy()
    save_mapping(name="bench", document=MAPPING, actor=OPERATOR, now=clock.now())
    people = max(10, size.rows // 10)
    ways = partial(ours, people, turns), partial(raw, people, turns)
    mine, copied = compared(min(size.rounds, 5), *ways)
    against = "COPY of the same rows" if connection.vendor == "postgresql" else "prepared INSERT of the same rows"
    tell(Figure("bulk import, a person (5 rows)", "µs", mine, against, copied, min(size.rounds, 5) * people))


if __name__ == "__main__":
    main()
