"""What the tests of imports share: a file taken in, read and applied by the real jobs."""

from typing import Any

from consent.imports.files import store
from consent.imports.models import ConsentImport, ImportChange
from consent.imports.services import approve_import, take_in
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

PEOPLE = """label: People
identifier: {kind: email, columns: [email]}
when: {columns: [when], formats: ['%Y-%m-%d']}
says:
  - columns: [all]
    purposes: promotional
    channel: ''
    denied: ['no']
    nothing: ['']
  - columns: [status]
    purposes: named
    purpose_columns: [purpose]
    channel: ''
    denied: ['no', out]
    granted: ['yes', in]
    nothing: ['']
"""


def take(text: str | bytes, mapping: str = "people") -> ConsentImport:
    """Upload a file and have it read."""
    data = text.encode() if isinstance(text, str) else text
    row = take_in(file=store([data]), mapping=mapping, actor=OPERATOR, now=clock.now())
    run_until_empty()
    row.refresh_from_db()
    return row


def apply(row: ConsentImport, **more: Any) -> ConsentImport:
    """Approve what was listed and have it applied."""
    approve_import(consent_import=row, digest=row.digest, actor=OPERATOR, now=clock.now(), **more)
    run_until_empty()
    row.refresh_from_db()
    return row


def listed(row: ConsentImport) -> list[tuple[int, str, str, str]]:
    """Line, purpose, what it comes to, and why."""
    changes = ImportChange.objects.filter(consent_import=row).order_by("line", "purpose", "id")
    return [(each.line, each.purpose, each.kind, each.reason) for each in changes]
