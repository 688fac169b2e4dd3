"""Receipts validate against the published field lists, are signed, and belong to one person."""

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from consent.audit_events import RECEIPT_TAKEN
from consent.links import make_preferences_token
from consent.models import ConsentEvent
from consent.receipts.jsonld import as_receipt, as_record
from consent.receipts.kantara import as_kantara
from consent.receipts.record import full_record
from consent.receipts.signing import opened, public_key_set, signed
from consent.services import How
from consent.tests.conftest import choose
from consent.tests.receipt_fields import missing_27560, missing_kantara
from consent.vocabulary import Door, Status
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.keyring import Keyring
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


def every_kind(user: User) -> list[ConsentEvent]:
    """A grant, a withdrawal, a refusal, an objection, its lifting, and a signal."""
    signal = How(Door.SIGNAL, source_kind="signal", source_id="gpc", site="store", region="US-CA")
    return [
        *choose(user, "newsletter", allow=True),
        *choose(user, "newsletter", allow=False, how=How(Door.ONE_CLICK)),
        *choose(user, "click_tracking", allow=False),
        *choose(user, "security_logs", allow=False),
        *choose(user, "security_logs", allow=True),
        *choose(user, "partner_offers", allow=False, how=signal),
    ]


def test_a_receipt_of_every_kind_of_decision_validates(alice: User, demo_policy: Any) -> None:
    events = every_kind(alice)
    assert [event.status for event in events] == [
        "given",
        "withdrawn",
        "refused",
        "objected",
        "permitted",
        "refused",
    ]
    for event in events:
        record = full_record(event)
        assert missing_27560(as_receipt(record)) == [], event.status
        assert missing_27560(as_record(record)) == [], event.status
        assert missing_kantara(as_kantara(record)) == [], event.status
        assert record.shown.verifies and record.is_row_whole


@pytest.mark.parametrize("purpose", ["newsletter", "security_logs"])
@pytest.mark.parametrize("door", list(Door))
def test_whatever_happened_through_whatever_door_expands(
    alice: User, demo_policy: Any, purpose: str, door: Door
) -> None:
    (event,) = choose(alice, purpose, allow=False)
    for status in Status:
        changed = {"status": status, "previous": Status.GIVEN, "door": door, "until": event.at + dt.timedelta(days=30)}
        for name, value in changed.items():
            setattr(event, name, value)
        record = full_record(event)
        assert missing_27560(as_receipt(record)) == [] == missing_kantara(as_kantara(record)), status
    event.status = Status.PAUSED
    if purpose == "newsletter":  # a pause is no withdrawal: the consent stands
        state = as_receipt(full_record(event))["dct:provenance"][0]["dpv:hasConsentStatus"]
        assert state == {"@id": "dpv:ConsentGiven"}


def test_the_profile_of_the_schema_is_named(alice: User, demo_policy: Any, settings: Settings) -> None:
    (event,) = choose(alice, "newsletter", allow=True)
    base = "https://w3id.org/dpv/schema/dpv-27560"
    assert as_receipt(full_record(event))["dct:conformsTo"] == {"@id": f"{base}#receipt-eu-gdpr"}
    assert as_record(full_record(event))["dct:conformsTo"] == {"@id": f"{base}#record-eu-gdpr"}
    settings.KEPT_PROFILE = "US-CA"
    assert as_receipt(full_record(event))["dct:conformsTo"] == {"@id": f"{base}#receipt-record"}


def test_the_field_lists_notice_what_is_missing(alice: User, demo_policy: Any) -> None:
    (event,) = choose(alice, "newsletter", allow=True)
    document = as_receipt(full_record(event))
    del document["dpv:hasProcess"]["dpv:hasJurisdiction"]
    document["dct:provenance"][0]["dct:valid"] = "soon"
    document["dpv:hasProcess"]["dpv:hasDataController"][0]["dpv:hasAddress"] = ""
    assert missing_27560(document) == ["jurisdiction", "validity duration", "dpv:hasDataController/*: dpv:hasAddress"]
    kantara = as_kantara(full_record(event))
    del kantara["services"][0]["purposes"][0]["termination"]
    assert missing_kantara(kantara) == ["services/*/purposes/*/termination"]


def test_a_signed_receipt_verifies_with_the_public_keys_and_an_altered_one_does_not(
    alice: User, demo_policy: Any
) -> None:
    (event,) = choose(alice, "newsletter", allow=True)
    token = signed(as_receipt(full_record(event)))
    assert json.loads(opened(token)) == json.loads(json.dumps(as_receipt(full_record(event))))
    assert signed(as_receipt(full_record(event))) == token
    header, body, signature = token.split(".")
    padded = base64.urlsafe_b64decode(body + "==").replace(b"ConsentGiven", b"ConsentRefused")
    forged = base64.urlsafe_b64encode(padded).decode().rstrip("=")
    for bad in (f"{header}.{forged}.{signature}", f"{header}.{body}.{signature[:-4]}AAAA", "no token", ""):
        with pytest.raises(InvalidInput):
            opened(bad)


def test_old_receipts_verify_after_a_new_key(alice: User, demo_policy: Any, settings: Settings) -> None:
    (event,) = choose(alice, "newsletter", allow=True)
    old = signed(as_receipt(full_record(event)))
    ring: Keyring = settings.KEPT_KEYRING
    settings.KEPT_KEYRING = Keyring("k2", {**ring.keys, "k2": b"2" * 32})
    assert [key["kid"] for key in public_key_set()["keys"]] == ["k2", ring.primary]
    assert opened(old) and opened(signed(as_receipt(full_record(event))))
    answer = Client().get("/.well-known/kept-keys.json")
    keys = answer.json()["keys"]
    assert answer.status_code == 200 and [key["kid"] for key in keys] == ["k2", ring.primary]
    assert all((key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig") and "d" not in key for key in keys)
    settings.KEPT_KEYRING = Keyring("k2", {"k2": b"2" * 32})
    with pytest.raises(InvalidInput):
        opened(old)


def test_the_page_shows_it_and_the_files_are_audited(alice: User, demo_policy: Any) -> None:
    (event,) = choose(alice, "newsletter", allow=True, how=How(Door.SIGNED_IN, site="store"))
    client, home = signed_in(alice), f"/preferences/receipts/{event.pk}/"
    page = client.get(home).content.decode()
    for part in (event.notice_digest, "verified", "store", str(event.pk), "Vtiger", full_record(event).shown.text):
        assert part in page, part
    taken = AuditEvent.objects.filter(type=RECEIPT_TAKEN.code)
    assert not taken.exists()
    assert missing_27560(client.get(home + "receipt.jsonld").json()) == []
    assert missing_kantara(client.get(home + "receipt.kantara.json").json()) == []
    assert opened(client.get(home + "receipt.jws").content.decode())
    assert sorted(json.loads(row.payload)["format"] for row in taken) == [
        "receipt.jsonld",
        "receipt.jws",
        "receipt.kantara.json",
    ]
    assert {row.subject_id for row in taken} == {alice.subject_id}
    assert client.get(home + "receipt.exe").status_code == 404


def test_the_page_speaks_the_readers_language_and_the_files_stay_the_same(alice: User, demo_policy: Any) -> None:
    (event,) = choose(alice, "product_news", allow=True, channel="sms")
    client, path = signed_in(alice), f"/preferences/receipts/{event.pk}/"
    by_link = f"/preferences/by/{make_preferences_token(alice.email, clock.now())}/receipts/{event.pk}/"
    for reader, address in ((client, path), (Client(), by_link)):
        page = reader.get(address, headers={"Accept-Language": "de"}).content.decode()
        assert 'lang="de"' in page and "Was Ihnen gezeigt wurde" in page and "Sie, angemeldet" in page
        assert "What you were shown" not in page and "signed in" not in page
        assert f'<blockquote lang="en" class="shown">{full_record(event).shown.text}' in page
    english, german = (
        client.get(path + "receipt.jsonld", headers={"Accept-Language": code}).content for code in ("en", "de")
    )
    assert english == german


def test_nobody_elses_receipt_is_there(alice: User, bob: User, demo_policy: Any) -> None:
    (event,) = choose(alice, "newsletter", allow=True)
    here, now = f"receipts/{event.pk}/", clock.now()
    assert signed_in(bob).get(f"/preferences/{here}").status_code == 404
    assert signed_in(bob).get(f"/preferences/{here}receipt.jws").status_code == 404
    assert Client().get(f"/preferences/{here}").status_code == 302
    mine, other = (make_preferences_token(user.email, now) for user in (alice, bob))
    assert Client().get(f"/preferences/by/{mine}/{here}").status_code == 200
    assert Client().get(f"/preferences/by/{mine}/{here}receipt.jsonld").status_code == 200
    assert Client().get(f"/preferences/by/{other}/{here}").status_code == 404
    old = make_preferences_token(alice.email, now - dt.timedelta(days=31))
    assert Client().get(f"/preferences/by/{old}/{here}").status_code == 404
    assert Client().post(f"/preferences/by/{mine}/{here}").status_code == 405
