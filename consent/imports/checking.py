"""The dry run: read the file, list every change and every refusal, in chunks that a restart goes on from."""

import base64
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from consent.imports import files
from consent.imports.audit_events import IMPORT_CHECKED
from consent.imports.mapping_files import parse
from consent.imports.models import ConsentImport, ImportChange
from consent.imports.people import people_of, subjects_by_index
from consent.imports.planning import Planned, Policy, person_key, plan
from consent.imports.rules import ColumnMapping, Reader, bind
from consent.imports.services import forget_file
from consent.imports.vocabulary import ImportState, Kind
from consent.wording import wordings_of
from privacy.audit.services import record
from privacy.jobs.claiming import Claim
from privacy.kernel import clock, identifiers
from privacy.kernel.actors import SYSTEM
from privacy.kernel.blind_index import blind_index
from privacy.kernel.bulk_rows import Plain, write_rows
from privacy.kernel.canonical import digest_of_plain
from privacy.kernel.errors import InvalidInput
from privacy.policy.models import PolicyVersion, Purpose
from privacy.policy.selectors import current_version

CHUNK = 5_000
SETTLED_AT_ONCE = 20_000  # rows
NAMES = (
    "consent_import", "line", "person", "subject_id", "purpose", "channel", "kind", "reason", "before", "after",
    "said_at",
)  # fmt: skip
LISTED = ("line", "person", "purpose", "channel", "kind", "reason", "before", "after")


@dataclass(slots=True)
class Line:
    """One line: its number, its cells, and the normalized identifier; empty where that is none."""

    number: int
    cells: list[str]
    value: str = ""
    fault: str = ""


@dataclass(slots=True)
class _Listed:
    rows: list[tuple[Plain, ...]] = field(default_factory=list)
    same: int = 0


def check(claim: Claim) -> dict[str, int | str] | None:
    """The job."""
    row = ConsentImport.objects.get(pk=claim.payload["import"])
    if row.state != ImportState.CHECKING:
        return {"answer": "not_waiting"}
    try:
        _read(claim, row)
    except InvalidInput as error:
        with transaction.atomic():
            claim.hold()
            ConsentImport.objects.filter(pk=row.pk).update(state=ImportState.FAULTY, fault=error.message[:300])
            forget_file(row)
        return {"answer": "faulty"}
    _settle_duplicates(claim, row.pk)
    return _conclude(claim, row.pk)


def _read(claim: Claim, row: ConsentImport) -> None:
    version = current_version()
    policy = policy_of(version)
    lines, reader = open_import(row, policy_promotional(policy))
    waiting = (line for line in lines if line.number > row.lines)
    while chunk := list(islice(waiting, CHUNK)):
        with transaction.atomic():
            claim.hold()
            listed = _list(row.pk, chunk, reader, policy, claim.now)
            write_rows(ImportChange, NAMES, listed.rows)
            ConsentImport.objects.filter(pk=row.pk).update(lines=chunk[-1].number, same=F("same") + listed.same)
            claim.note_progress()


def open_import(row: ConsentImport, promotional: Sequence[str]) -> tuple[Iterator[Line], Reader]:
    """The lines of a file after its header, and how they are read. InvalidInput(file) for wrong columns."""
    mapping = parse(row.document)
    rows = files.rows(row.file, base64.b64decode(row.file_key), row.encoding, is_header_of=_names(mapping))
    _, header = next(rows, (0, []))
    reader = bind(mapping, header, promotional=promotional)
    return (_line(number, cells, reader) for number, cells in rows), reader


def _line(number: int, cells: list[str], reader: Reader) -> Line:
    if len(cells) < reader.width:
        return Line(number, cells, fault="too_few_cells")
    try:
        return Line(number, cells, identifiers.normalize(reader.kind, cells[reader.identifier]))
    except InvalidInput:
        return Line(number, cells, fault="bad_identifier")


def _names(mapping: ColumnMapping) -> list[str]:
    said = [column for says in mapping.says for column in (*says.columns, *says.purpose_columns)]
    return [*mapping.identifier, *mapping.when, *said]


def policy_of(version: PolicyVersion) -> Policy:
    """The purposes of a version, by code and by label."""
    labels = Purpose.objects.filter(version=version).values_list("label", "code")
    return Policy(wordings_of(version.pk), {label.casefold(): code for label, code in labels})


def policy_promotional(policy: Policy) -> list[str]:
    """Every purpose of promotional mail: what "unsubscribed from everything" means."""
    mail = [
        each for each in policy.wordings.values() if each.message_class == "promotional" and "email" in each.channels
    ]
    return sorted(each.code for each in mail)


def _list(pk: uuid.UUID, chunk: list[Line], reader: Reader, policy: Policy, now: dt.datetime) -> _Listed:
    """Plan every line of a chunk."""
    subjects = subjects_by_index(reader.kind, {line.value for line in chunk if line.value})
    people = people_of(list(subjects.values()))
    listed, seen = _Listed(), set[tuple[str, ...]]()
    for line in chunk:
        if line.fault:
            listed.rows.append(_refusal(pk, line))
            continue
        subject_id = subjects.get(line.value)
        known = people[subject_id] if subject_id else None
        said_at = reader.said_at(line.cells, now)
        canonical = known.members[0] if known else None
        key = person_key(canonical, blind_index(reader.kind, line.value))
        for said in reader.said(line.cells):
            for planned in plan(said, known, policy, said_at):
                if planned.kind == Kind.SAME:
                    listed.same += 1
                    continue
                kind, reason = _unless_seen(planned, key, seen)
                moment = clock.canonical(said_at) if said_at else None
                who = str(canonical) if canonical else None
                values = (planned.purpose, planned.channel, kind, reason, planned.before, planned.after, moment)
                listed.rows.append((str(pk), line.number, key, who, *values))
    return listed


def _unless_seen(planned: Planned, key: str, seen: set[tuple[str, ...]]) -> tuple[str, str]:
    """Most of what stands twice in a file stands close together."""
    place = (key, planned.purpose, planned.channel, planned.kind)
    if planned.kind in {Kind.LOWER, Kind.ASK_AGAIN} and place in seen:
        return Kind.DUPLICATE, "twice"
    seen.add(place)
    return planned.kind, planned.reason


def _refusal(pk: uuid.UUID, line: Line) -> tuple[Plain, ...]:
    return (str(pk), line.number, "", None, "", "", Kind.REFUSED, line.fault, "", "", None)


def _conclude(claim: Claim, pk: uuid.UUID) -> dict[str, int | str]:
    """Count what was listed, and close the list."""
    with transaction.atomic():
        claim.hold()
        counts = dict(
            ImportChange.objects.filter(consent_import=pk).values_list("kind").annotate(count=Count("id")).order_by()
        )
        numbers = {kind.value: counts.get(kind.value, 0) for kind in Kind if kind != Kind.SAME}
        row = ConsentImport.objects.select_for_update().get(pk=pk)
        if row.state != ImportState.CHECKING:
            return {"answer": "not_waiting"}
        made = digest_of_list(row)
        ConsentImport.objects.filter(pk=pk).update(
            state=ImportState.CHECKED, checked_at=clock.now(), digest=made, **numbers
        )
        told = {name: numbers[name] for name in ("lower", "refused", "ask_again")}
        record(
            IMPORT_CHECKED,
            actor=SYSTEM,
            at=clock.now(),
            target=row,
            is_demo=row.is_demo,
            lines=row.lines,
            digest=made,
            **told,
        )
        claim.finish({"answer": "checked", **told})
    return {"answer": "checked"}


def _settle_duplicates(claim: Claim, pk: uuid.UUID) -> None:
    """Of what stands twice the most protective counts, wherever in the file it stands.

    In pieces, for no statement may run as long as a million lines take; a piece that is settled again stays as it is,
    because the first of what stands twice keeps its kind.
    """
    mine = ImportChange.objects.filter(consent_import=pk)
    of_person = mine.filter(person=OuterRef("person"), purpose=OuterRef("purpose"))
    denied = Exists(of_person.filter(kind=Kind.LOWER))
    earlier = Exists(of_person.filter(channel=OuterRef("channel"), kind=OuterRef("kind"), id__lt=OuterRef("id")))
    counts = Q(kind=Kind.LOWER) | Q(kind=Kind.ASK_AGAIN)
    ends = mine.aggregate(first=Min("id"), last=Max("id"))
    for start in range(ends["first"] or 1, (ends["last"] or 0) + 1, SETTLED_AT_ONCE):
        piece = mine.filter(id__gte=start, id__lt=start + SETTLED_AT_ONCE)
        with transaction.atomic():
            claim.hold()
            piece.filter(denied, kind=Kind.ASK_AGAIN).update(kind=Kind.DUPLICATE, reason="denied_in_file")
            piece.filter(counts, earlier).update(kind=Kind.DUPLICATE, reason="twice")
            claim.note_progress()


def digest_of_list(row: ConsentImport) -> str:
    """One hash over everything that was listed, the file, the mapping and the policy."""
    total = hashlib.sha256()
    head = (row.file_digest, row.document, row.policy_on.isoformat() if row.policy_on else "", row.lines)
    total.update(digest_of_plain(head).encode())
    changes = ImportChange.objects.filter(consent_import=row).order_by("id").values_list("id", *LISTED)
    every = changes.iterator(chunk_size=5_000)
    while page := list(islice(every, 5_000)):
        total.update(digest_of_plain(page).encode())
    return total.hexdigest()
