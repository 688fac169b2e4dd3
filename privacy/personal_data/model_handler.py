"""The handler of one declared model of ours. It reads and writes through the base manager, so that no
custom manager can hide a row from the person it is about."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from privacy.kernel import clock
from privacy.kernel.ready import Ready
from privacy.kernel.statements import change
from privacy.personal_data.contract import (
    SUPPLEMENT,
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
    Wish,
)
from privacy.personal_data.declaring import Declaration
from privacy.personal_data.guards import Held, held_rows

PAGE = 500
KEYS = 20_000  # that are looked up at once
TREATMENTS = {"delete": Treatment.DELETE, "anonymize": Treatment.ANONYMIZE, "retain": Treatment.RETAIN}


class ModelHandler(Handler):
    """Find, export, plan, apply and verify over the rows of one model."""

    system = "kept"
    is_transactional = True

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.key = declaration.key
        self.label = declaration.label

    # --- reading ---------------------------------------------------------------------------------
    def rows_of(self, person: Person) -> "QuerySet[Any]":
        """The person's rows, in key order."""
        return self._rows_about(person.subject_ids)

    def _rows_about(self, subjects: Any) -> "QuerySet[Any]":
        declared = self.declaration
        rows = declared.model._base_manager.filter(**{f"{declared.subject}__in": subjects})
        return (declared.rows(rows) if declared.rows else rows).order_by("pk")

    @cached_property
    def _whole(self) -> Ready[Any]:
        return Ready(self._rows_about)

    @cached_property
    def _page(self) -> Ready[Any]:
        return Ready(lambda subjects: self._rows_about(subjects)[:PAGE])

    @cached_property
    def _locked(self) -> Ready[Any]:
        rows = self.declaration.model._base_manager.select_for_update()
        return Ready(lambda keys: rows.filter(pk__in=keys).values_list("pk", flat=True))

    @cached_property
    def _by_key(self) -> Ready[Any]:
        return Ready(lambda keys: self.declaration.model._base_manager.filter(pk__in=keys))

    def _first_page(self, person: Person) -> list[Any]:
        if self.declaration.is_steady:
            return self._page.all(person.subject_ids)
        return list(self.rows_of(person)[:PAGE])

    def _every_row(self, person: Person) -> list[Any]:
        return self._whole.all(person.subject_ids) if self.declaration.is_steady else list(self.rows_of(person))

    def find(self, person: Person) -> Sequence[Found]:
        return [Found(self.key, self.rows_of(person).count())]

    def tables(self, person: Person) -> Sequence[str]:
        return [self.key]

    def export(self, person: Person) -> Iterator[Record]:
        """Page by key, so that memory does not grow with the number of rows; group by group where it is declared."""
        path = self.declaration.grouped_by
        if not path:
            yield from self._export_rows(self._first_page(person), lambda: self.rows_of(person))
            return
        groups = self.rows_of(person).order_by(path).values_list(path, flat=True).distinct()
        for group in list(groups):
            rows = self.rows_of(person).filter(**{path: group})
            yield from self._export_rows(list(rows[:PAGE]), lambda rows=rows: rows)  # type: ignore[misc]  # of this turn

    def _export_rows(self, first: list[Any], rows: "Callable[[], QuerySet[Any]]") -> Iterator[Record]:
        exported = [name for name, rule in self.declaration.fields.items() if rule.is_exported]
        for page in _pages(first, rows):
            for row in page:
                values = {name: _plain(getattr(row, name)) for name in exported}
                category = values[own] if (own := self.declaration.category_in) else self.declaration.category
                yield Record(self.key, category, values)

    # --- planning --------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        anchored = self.anchored(self.keys_of(person))
        held = held_rows(person, self.key, list(anchored)) if anchored else {}
        return self.erasure_of(anchored, held)

    def keys_of(self, person: Person) -> Any:
        """The keys of the person's rows, of what is retained with the date from which its time is counted; in no order,
        so that they can be asked together with those of other tables."""
        return self.keys_about(person.subject_ids)

    def keys_about(self, subjects: Any) -> "QuerySet[Any, Any]":
        """The same of these subjects."""
        rule = self.declaration.on_erase
        anchor = (rule.anchor,) if rule.kind == "retain" else ()
        return self._rows_about(subjects).order_by().values_list("pk", *anchor)

    def anchored(self, keys: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
        """Key → that date, in key order; None where nothing is retained by time."""
        return {str(key): anchor[0] if anchor else None for key, *anchor in sorted(keys, key=itemgetter(0))}

    def erasure_of(self, anchored: dict[str, Any], held: dict[str, Held]) -> HandlerPlan:
        """What an erasure does to these rows, of which some are held."""
        free = {key: anchor for key, anchor in anchored.items() if key not in held}
        tables = [table for table in (self._table(free), *self._held_tables(held)) if table and table.rows]
        return HandlerPlan(self.key, Action.ERASE, tuple(tables))

    def _table(self, anchored: dict[str, Any]) -> TablePlan | None:
        declared = self.declaration
        if not anchored:
            return None
        blanked = tuple(name for name, rule in declared.fields.items() if rule.is_blanked)
        until = None
        if declared.on_erase.kind == "retain":
            until = declared.retain_until(max((anchor for anchor in anchored.values() if anchor), default=None))
        return TablePlan(
            self.key,
            TREATMENTS[declared.on_erase.kind],
            tuple(anchored),
            fields=blanked if declared.on_erase.kind == "anonymize" else (),
            ground=declared.on_erase.ground,
            until=until,
            note=declared.on_erase.note,
        )

    def _held_tables(self, held: dict[str, Held]) -> list[TablePlan]:
        by_hold: dict[Held, list[str]] = {}
        for key, hold in held.items():
            by_hold.setdefault(hold, []).append(key)
        return [
            TablePlan(
                self.key,
                Treatment.RETAIN,
                tuple(keys),
                ground=hold.ground,
                until=hold.review_on,
                note=hold.reason,
                is_held=True,
            )
            for hold, keys in by_hold.items()
        ]

    def plan_keys(self, person: Person, table: TablePlan, *, now: dt.datetime) -> HandlerPlan:
        declared = self.declaration
        rows = declared.model._base_manager.filter(pk__in=table.keys).order_by("pk")
        keys = [str(row.pk) for row in rows if declared.on_erase.kind != "anonymize" or not self._is_blank(row)]
        held = held_rows(person, self.key, keys) if keys else {}
        free = tuple(key for key in keys if key not in held)
        parts = [*self._held_tables(held)]
        if free and declared.on_erase.kind == "retain":
            parts += self._retained_tables(free, clock.local_date(now, settings.KEPT_TIME_ZONE))
        elif part := self._table(dict.fromkeys(free)):
            parts.insert(0, part)
        return HandlerPlan(self.key, Action.ERASE, tuple(part for part in parts if part.rows))

    def _retained_tables(self, keys: tuple[str, ...], today: dt.date) -> list[TablePlan]:
        """What goes because its time is over, and what stays until its own."""
        rule = self.declaration.on_erase
        rows = self.declaration.model._base_manager.filter(pk__in=keys).order_by("pk")
        ends = {str(pk): self.declaration.retain_until(at) for pk, at in rows.values_list("pk", rule.anchor)}
        over = tuple(key for key, end in ends.items() if rule.goes and end and end < today)
        rest = tuple(key for key in ends if key not in set(over))
        until = max((end for key in rest if (end := ends[key])), default=None)
        return [
            TablePlan(self.key, Treatment.DELETE, over),
            TablePlan(self.key, Treatment.RETAIN, rest, ground=rule.ground, until=until, note=rule.note),
        ]

    # --- acting ----------------------------------------------------------------------------------
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Inside the caller's transaction: lock the rows, ask the guards again, then act."""
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        manager = self.declaration.model._base_manager
        own: Any = self.declaration.model._meta.pk
        present = {str(key): key for key in self._locked.all([own.to_python(key) for key in chunk.keys])}
        gone = len(chunk.keys) - len(present)
        held = held_rows(None, self.key, list(present))
        free = [key for text, key in present.items() if text not in held]
        residuals = tuple(
            Residual(self.key, hold.reason, hold.ground, "legal", rows=1, until=hold.review_on)
            for hold in held.values()
        )
        if chunk.plan.treatment is Treatment.UPDATE:
            return self._correct(chunk, [str(key) for key in free], already_done=gone)
        if chunk.plan.treatment is Treatment.DELETE:
            # Raw, so nothing cascades: the plan names every row that goes.
            removed = manager.filter(pk__in=free)._raw_delete(manager.db) if free else 0
            return ChunkResult(removed=removed, retained=len(held), already_done=gone, residuals=residuals)
        done, blank = 0, 0
        for row in self._by_key.all(free):
            if self._is_blank(row):
                blank += 1
                continue
            for name in chunk.plan.fields:
                setattr(row, name, self._blank_value(name, row.pk))
            change(row, *chunk.plan.fields)
            done += 1
        return ChunkResult(anonymized=done, retained=len(held), already_done=gone + blank, residuals=residuals)

    def _blank_value(self, name: str, key: Any) -> Any:
        value = self.declaration.fields[name].blank_with
        return value(key) if callable(value) else value

    def _is_blank(self, row: Any) -> bool:
        names = [name for name, rule in self.declaration.fields.items() if rule.is_blanked]
        return all(getattr(row, name) == self._blank_value(name, row.pk) for name in names)

    # --- correcting ------------------------------------------------------------------------------
    def correctable(self) -> tuple[str, ...]:
        found = (rule.rectify_as for rule in self.declaration.fields.values() if rule.rectify_as)
        return tuple(dict.fromkeys(found))

    def plan_correction(self, person: Person, wish: Wish, *, now: dt.datetime) -> HandlerPlan:
        names = tuple(name for name, rule in self.declaration.fields.items() if rule.rectify_as == wish.category)
        if not names:
            return HandlerPlan(self.key, Action.RECTIFY)
        rows = [row for row in self.rows_of(person) if any(wish.concerns(getattr(row, name)) for name in names)]
        old = dict.fromkeys(str(getattr(row, name)) for row in rows for name in names)
        keys = tuple(str(row.pk) for row in rows)
        tables = (TablePlan(self.key, Treatment.UPDATE, keys, fields=names, old=tuple(old)),) if keys else ()
        return HandlerPlan(self.key, Action.RECTIFY, tables)

    def _correct(self, chunk: Chunk, keys: Sequence[str], *, already_done: int) -> ChunkResult:
        wish, changed = Wish(**chunk.values), 0
        for row in self.declaration.model._base_manager.filter(pk__in=keys):
            names = [name for name in chunk.plan.fields if wish.concerns(getattr(row, name))]
            for name in names:
                setattr(row, name, wish.new)
            if names:
                row.save(update_fields=names)
                changed += 1
        return ChunkResult(changed=changed, already_done=already_done + len(keys) - changed)

    # --- proving ---------------------------------------------------------------------------------
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again by the person, not by the plan's keys: rows that appeared meanwhile show too."""
        kind = self.declaration.on_erase.kind
        if kind == "retain":
            return []
        kept = {key for table in frozen.tables if table.treatment is Treatment.RETAIN for key in table.keys}
        rows = [row for row in self._every_row(person) if str(row.pk) not in kept]
        left = [row for row in rows if kind == "delete" or not self._is_blank(row)]
        left_keys = [str(row.pk) for row in left]
        held = held_rows(person, self.key, left_keys)
        unexplained = [key for key in left_keys if key not in held]
        if not unexplained:
            return []
        return [Residual(self.key, self.label, "found beyond the approved plan", SUPPLEMENT, len(unexplained))]


NOT_OFFERED = {
    Action.RECTIFY: "Corrected by the person on the account page, or by staff as a task of the case.",
    Action.RESTRICT: "The restriction flag of the person covers every table.",
    Action.OPT_OUT: "Opt-outs are consent events, not changes of this table.",
}


def _pages(first: list[Any], every: "Callable[[], QuerySet[Any]]") -> Iterator[list[Any]]:
    """The rows in key order, page by page, the first of which is at hand. Beyond it their keys are looked up first,
    very many at once: no index has one person's rows in key order, so each look goes over all of them. A page is then
    asked by its keys, and each row whether it still is the person's: SQLite would go over all of them again."""
    yield first
    if len(first) < PAGE:
        return
    last, rows = first[-1].pk, every()
    while keys := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:KEYS]):
        last = keys[-1]
        for start in range(0, len(keys), PAGE):
            asked = rows.model._base_manager.filter(pk__in=keys[start : start + PAGE])
            yield list(asked.filter(Exists(rows.filter(pk=OuterRef("pk")))).order_by("pk"))
        if len(keys) < KEYS:
            return


def _plain(value: Any) -> Any:
    """A JSON value: dates as ISO text in UTC, ids as text, relations as the id they point at."""
    if isinstance(value, dt.datetime):
        return clock.canonical(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, uuid.UUID):
        return str(value)
    return str(getattr(value, "pk", value))
