"""A decision about a single thing has its full record, receipt and place in the console like any other."""

import pytest
from django.test import Client

from accounts.models import User
from consent.models import ScopedEvent
from consent.receipts.jsonld import as_receipt
from consent.receipts.kantara import as_kantara
from consent.receipts.record import event_of, full_record
from consent.tests.receipt_fields import missing_27560, missing_kantara
from consent.tests.test_single_permissions import SCOPE, Things, ask, link, press, things
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["things"]


def test_a_yes_and_a_no_to_one_thing_expand_and_belong_to_one_person(
    alice: User, bob: User, lena: User, things: Things
) -> None:
    ask(alice)
    for choice in ("yes", "no"):
        assert press(Client(), link(alice), choice) in {200, 302}
    events = list(ScopedEvent.objects.filter(subject_id=alice.subject_id).exclude(status="requested").order_by("at"))
    assert [event.status for event in events] == ["given", "withdrawn"]
    for event in events:
        record = full_record(event)
        assert (record.is_row_whole, record.shown.verifies, record.scope) == (True, True, SCOPE)
        document = as_receipt(record)
        assert missing_27560(document) == [] == missing_kantara(as_kantara(record))
        assert document["dpv:hasProcess"]["kept:scope"]["kept:sha256"] == event.shown_digest
        assert event_of(event.pk, [bob.subject_id]) is None
        place = f"/preferences/receipts/{event.pk}/"
        assert SCOPE in signed_in(alice).get(place).content.decode()
        assert missing_27560(signed_in(alice).get(place + "receipt.jsonld").json()) == []
        assert signed_in(bob).get(place).status_code == 404
        console = f"/console/consent/consentevent/{event.pk}/change/"
        assert event.row_hash in signed_in(lena).get(console).content.decode()
    person = signed_in(lena).get(f"/console/consent/consentevent/person/{alice.subject_id}/").content.decode()
    assert f"testimonials: {SCOPE}" in person
