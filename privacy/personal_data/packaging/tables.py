"""What the handlers answer about a person: every row, spooled, so that memory does not grow with the rows."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Any

from privacy.personal_data.additions import Additions
from privacy.personal_data.contract import Attachment, Handler, HandlerUnavailable, Person, Record
from privacy.personal_data.leaks.screening import Screen
from privacy.personal_data.packaging.archive import IN_MEMORY, Archive
from privacy.personal_data.packaging.information import Describer

PORTABLE, OTHER = b"p", b"-"
FIRST = 0x21  # what stands for a category in the spool: one printable byte, of which there are enough
MOST_CATEGORIES = 90


@dataclass
class Table:
    """The rows of one table, spooled as JSON lines. `columns` has the types seen in each column, `filled` how many
    rows have it, `categories` how many are of each; `left_out` counts why rows are no part of what a person takes
    along (Article 20)."""

    handler: Handler
    name: str
    spool: IO[bytes]
    place: str
    categories: Counter[str] = field(default_factory=Counter)
    columns: dict[str, set[type]] = field(default_factory=dict)
    filled: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    rows: int = 0
    portable_in: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, row: dict[str, Any], line: str, *, category: str, why_not_portable: str) -> None:
        """Keep a row; `line` is the same as JSON."""
        for name, value in row.items():
            self.columns.setdefault(name, set()).add(type(value))
        self.filled.update(row.keys())
        if len(self.categories) == MOST_CATEGORIES and category not in self.categories:
            category = next(iter(self.categories))
        self.categories[category] += 1
        self.spool.write(OTHER if why_not_portable else PORTABLE)
        self.spool.write(bytes([FIRST + self.number_of(category)]))
        self.spool.write(line.encode() + b"\n")
        self.rows += 1
        if why_not_portable:
            self.left_out[why_not_portable] += 1
        else:
            self.portable_in[category] += 1

    def number_of(self, category: str) -> int:
        """The place of a category among those of this table."""
        return list(self.categories).index(category)

    def read(self, *, only_portable: bool = False, category: str | None = None) -> Iterator[dict[str, Any]]:
        """The rows in their order, all or those of one category. One reader at a time."""
        mark = None if category is None else FIRST + self.number_of(category)
        self.spool.seek(0)
        for line in self.spool:
            if (not only_portable or line.startswith(PORTABLE)) and mark in (None, line[1]):
                yield json.loads(line[2:])

    @property
    def portable(self) -> int:
        """How many rows a person takes along."""
        return self.portable_in.total()

    @property
    def category(self) -> str:
        """The category of the first row."""
        return next(iter(self.categories), "")

    @property
    def label(self) -> str:
        return self.handler.label if self.handler.system == "kept" else self.name


@dataclass
class Answer:
    """What one handler gave. `is_silent`: it did not answer, which is not the same as holding nothing."""

    handler: Handler
    tables: list[Table] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    is_silent: bool = False


def ask(
    handler: Handler,
    person: Person,
    *,
    archive: Archive,
    describer: Describer | None,
    screen: Screen,
    stack: ExitStack,
    additions: Sequence[Additions] = (),
) -> Answer:
    """Every row that a handler holds, what others say in it hidden, and looked through on its way; its attachments
    go into the archive at once."""
    answer = Answer(handler)
    tables: dict[str, Table] = {}
    try:
        names = handler.tables(person)
        for record in handler.export(person):
            table = tables.get(record.table)
            if table is None:
                spool = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - the stack closes it
                place = archive.place(handler.system, record.table)
                table = tables[record.table] = Table(handler, record.table, spool, place)
            row = dict(record.row)
            attachment: Attachment | str | None = record.attachment
            for each in additions:
                row = dict(each.mask(row))
                attachment = each.replace(attachment) if isinstance(attachment, Attachment) else attachment
            if attachment is not None:
                row["attachment"] = archive.attach(attachment) if isinstance(attachment, Attachment) else attachment
            table.seen += 1
            why = _why_not(describer, handler, record)
            keep = partial(table.add, category=record.category, why_not_portable=why)
            screen.take(row, place=f"data/{table.place}", number=table.seen, keep=keep)
        screen.flush()
    except HandlerUnavailable:
        screen.forget()
        return Answer(handler, is_silent=True)
    answer.tables = list(tables.values())
    answer.empty = [name for name in names if name not in tables]
    return answer


def _why_not(describer: Describer | None, handler: Handler, record: Record) -> str:
    return describer.why_not_portable(handler, record) if describer else ""
