"""A long import seals what it wrote where nobody else polls; a short one leaves that to the next poll."""

import datetime as dt
import gc

import pytest

from consent.imports import applying
from consent.imports.services import approve_import
from consent.imports.tests.helpers import take
from privacy.audit.models import Seal
from privacy.audit.sealing import seal_pending, unsealed
from privacy.audit.verifying import verify_ledger
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

TEXT = "email,purpose,status\n" + "".join(f"p{number}@example.com,newsletter,no\n" for number in range(12))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("after", "seals"), [(dt.timedelta(0), 3), (applying.SEALS_AFTER, 0)], ids=["long", "short"])
def test_who_seals(after: dt.timedelta, seals: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "CHUNK", 4)
    monkeypatch.setattr(applying, "SEALS_AFTER", after)
    row = take(TEXT)
    approve_import(consent_import=row, digest=row.digest, actor=OPERATOR, now=clock.now())
    before = Seal.objects.count()
    run_until_empty()
    assert Seal.objects.count() - before == seals, "one after each chunk, or none"
    seal_pending(now=clock.now())
    assert not unsealed().exists() and verify_ledger(now=clock.now()).is_proven
    assert gc.isenabled(), "a chunk switches the collector off only for itself"


def test_a_chunk_that_fails_switches_the_collector_on_again() -> None:
    with pytest.raises(ZeroDivisionError), applying._no_collection():
        assert not gc.isenabled()
        _ = 1 / 0
    assert gc.isenabled()
