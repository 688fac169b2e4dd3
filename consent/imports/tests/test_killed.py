"""Killed in the middle, an import goes on after its last whole chunk, and nothing stands twice."""

from typing import Any

import pytest
from django.db import transaction

from accounts.models import Identifier
from consent.imports import applying, checking
from consent.imports.files import store
from consent.imports.models import ConsentImport
from consent.imports.services import approve_import, take_in
from consent.imports.tests.helpers import take
from consent.models import ConsentEvent, Preference
from privacy.audit.verifying import verify_ledger
from privacy.jobs.claiming import Claim, claim_job
from privacy.jobs.models import Job
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.models import Subject

LINES = 25
TEXT = "email,purpose,status\n" + "".join(f"p{number}@example.com,newsletter,no\n" for number in range(LINES))


class Killed(BaseException):
    """What no code catches."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "CHUNK", 4)
    monkeypatch.setattr(checking, "CHUNK", 4)
    monkeypatch.setattr(checking, "SETTLED_AT_ONCE", 4)


def die_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, calls: int) -> None:
    """Let a function work so many times, then kill whoever calls it."""
    real, left = getattr(module, name), [calls]

    def call(*args: Any, **values: Any) -> Any:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return real(*args, **values)

    monkeypatch.setattr(module, name, call)


def take_over() -> None:
    """The lease of the killed worker runs out."""
    Job.objects.filter(state="running").update(lease_until=clock.now().replace(year=2020))
    run_until_empty()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whole", [0, 1, 4])
def test_killed_while_it_applies(whole: int, monkeypatch: pytest.MonkeyPatch) -> None:
    row = take(TEXT)
    approve_import(consent_import=row, digest=row.digest, actor=OPERATOR, now=clock.now())
    with monkeypatch.context() as patch:
        die_after(patch, applying, "write_in_bulk", whole)
        with pytest.raises(Killed):
            run_until_empty()
    assert ConsentEvent.objects.count() == Subject.objects.count() == whole * 4  # whole chunks only
    take_over()
    row.refresh_from_db()
    assert (row.state, row.applied, row.moved_on) == ("applied", LINES, 0)
    counts = {model: model.objects.count() for model in (ConsentEvent, Preference, Identifier, Subject)}
    assert set(counts.values()) == {LINES}
    assert verify_ledger(now=clock.now()).is_proven


@pytest.mark.django_db(transaction=True)
def test_killed_while_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        die_after(patch, checking, "write_rows", 2)
        take_in(file=store([TEXT.encode()]), mapping="people", actor=OPERATOR, now=clock.now())
        with pytest.raises(Killed):
            run_until_empty()
    take_over()
    row = ConsentImport.objects.get()
    assert (row.state, row.lower, row.changes.count()) == ("checked", LINES, LINES)
    once = row.digest
    again = take(TEXT)
    assert [each.line for each in again.changes.order_by("id")] == [each.line for each in row.changes.order_by("id")]
    assert once != again.digest  # another file, another list


@pytest.mark.django_db(transaction=True)
def test_killed_while_it_settles_what_stands_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second half of the file says the first again, so every pair is in two pieces."""
    text = TEXT + TEXT.partition("\n")[2]
    with monkeypatch.context() as patch:
        die_after(patch, Claim, "note_progress", 2 * LINES // 4 + 1 + 2)  # all that is read, and two pieces more
        take_in(file=store([text.encode()]), mapping="people", actor=OPERATOR, now=clock.now())
        with pytest.raises(Killed):
            run_until_empty()
    take_over()
    row = ConsentImport.objects.get()
    assert (row.state, row.lower, row.duplicate) == ("checked", LINES, LINES)
    kept = row.changes.filter(kind="lower").order_by("id").values_list("line", flat=True)
    assert list(kept) == list(range(2, LINES + 2))


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_lease_changes_nothing() -> None:
    row = take(TEXT)
    approve_import(consent_import=row, digest=row.digest, actor=OPERATOR, now=clock.now())
    slow = claim_job()
    assert slow is not None and slow.kind == "imports.apply"
    take_over()
    assert ConsentEvent.objects.count() == LINES
    with transaction.atomic():
        answer = applying.apply(slow)
    assert answer == {"answer": "not_approved"} and ConsentEvent.objects.count() == LINES
