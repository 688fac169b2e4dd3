"""Legal works on demands in the console: filed by one, approved by two, every opening written down."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast

import pytest
from django.test import Client

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.policy.selectors import today
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.tests.conftest import NOTE
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/demands/legaldemand/"


def filled(**more: Any) -> dict[str, Any]:
    values = {
        "recipient": "court",
        "instrument": "Order 7 Gs 12/26",
        "dated_on": str(today()),
        "ground": "legal_process",
        "identifier": "alice@example.com",
        "categories": ["identification"],
        "gag_until": str(today() + dt.timedelta(days=9)),
    }
    return {**values, **more}


def press(client: Client, row: LegalDemand, act: str, **more: Any) -> str:
    row.refresh_from_db()
    page = f"{LIST}{row.pk}/change/"
    answer = client.post(page, {"act": act, "version": str(row.version), **more}, follow=True)
    assert answer.status_code == 200
    return b"".join(cast("Iterable[bytes]", answer)).decode()


@pytest.mark.promise(44)
@pytest.mark.promise(45)
def test_from_the_filing_to_the_package(court: Any, alice: User, rita: User, sven: User, tara: User) -> None:
    files, first, second = signed_in(rita), signed_in(sven), signed_in(tara)
    assert "alice@example.com" not in files.get(LIST).content.decode()
    wrong = files.post(f"{LIST}new/", filled(identifier="nobody@example.com")).content.decode()
    assert "names nobody" in wrong and not LegalDemand.objects.exists()
    assert files.post(f"{LIST}new/", filled()).status_code == 302
    row = LegalDemand.objects.get()
    page = first.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "alice@example.com" in page and "nobody can approve" in page
    assert AuditEvent.objects.filter(type="demands.opened", subject_id=None, target_id=row.pk).count() == 1
    assert "note of necessity is missing" in press(first, row, "approve")
    assert "The note stands" in press(files, row, "note", necessity=NOTE)
    assert "not who filed it" in press(files, row, "approve")
    assert "Legal demands to approve" in second.get("/console/").content.decode()
    assert "Your approval stands" in press(first, row, "approve")
    assert "Two people must have approved" in press(files, row, "disclose")
    assert "No package before" in press(files, row, "package")
    assert "Your approval stands" in press(second, row, "approve")
    assert "You may not do this" in press(second, row, "disclose")  # tara only approves
    assert "in the ledger" in press(files, row, "disclose")
    package = press(files, row, "package")
    assert package.startswith('{"format": "kept-legal-demand/1"') and "alice@example.com" in package
    assert "Decline it" not in press(first, row, "decline")
    events = AuditEvent.objects.filter(type__startswith="demands.")
    assert not events.exclude(subject_id=None).exists() and "alice" not in "".join(e.payload for e in events)


def test_who_may_not_sees_nothing(court: Any, alice: User, lena: User, omar: User, rita: User) -> None:
    signed_in(rita).post(f"{LIST}new/", filled())
    row = LegalDemand.objects.get()
    for user in (lena, omar):
        client = signed_in(user)
        for path in (LIST, f"{LIST}new/", f"{LIST}{row.pk}/change/"):
            assert client.get(path).status_code == 403
    old = signed_in(rita, proven_ago_s=3600)
    assert old.get(f"{LIST}{row.pk}/change/").status_code == 302  # the password or the second factor again
    client = signed_in(rita)
    assert client.get(f"{LIST}not-an-id/change/").status_code == 404
    for bad in ({"act": "approve", "version": "9" * 40}, {"act": "x"}, {}):
        assert client.post(f"{LIST}{row.pk}/change/", bad).status_code == 302


def test_the_list_takes_few_queries(court: Any, alice: User, rita: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(rita)
    client.post(f"{LIST}new/", filled())
    first = LegalDemand.objects.get()
    LegalDemand.objects.bulk_create(
        LegalDemand(
            subject_id=first.subject_id,
            recipient="court",
            dated_on=first.dated_on,
            ground="legal_process",
            categories=["identification"],
            filed_by=rita.pk,
        )
        for _ in range(300)
    )
    for path in (LIST, f"{LIST}?waits=yes"):
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200
