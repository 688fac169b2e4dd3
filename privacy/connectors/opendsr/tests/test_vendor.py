"""Our side towards a vendor: what it says counts only when it is signed, and the case waits until it is done."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from privacy.connectors.kinds import Connection, kind_of
from privacy.connectors.models import VendorRequest
from privacy.connectors.opendsr import filing
from privacy.connectors.opendsr.kind import OpenDsr
from privacy.connectors.opendsr.polling import poll
from privacy.connectors.opendsr.tests.fake import DOMAIN, FakeVendor
from privacy.connectors.tests.serving import Call, Reply
from privacy.kernel import clock
from privacy.personal_data.contract import (
    Action,
    Chunk,
    Handler,
    HandlerUnavailable,
    Identity,
    Person,
    answering,
    handlers,
)
from privacy.testing.authority import Authority, self_signed

pytestmark = pytest.mark.django_db
ALICE = Person((), (Identity("email", "alice@example.com"),))
DAY = dt.timedelta(days=1)


def handler() -> Handler:
    return handlers.get("vendor")


def erase(one: Handler, idem: str = "step:0") -> Any:
    (table,) = one.plan(ALICE, Action.ERASE, now=clock.now()).tables
    return one.apply_chunk(Chunk(table, table.keys, idem, 1))


def only(vendor: FakeVendor) -> str:
    (request,) = vendor.requests
    return request


def call_back(vendor: FakeVendor, body: bytes, headers: dict[str, str], key: str = "vendor") -> int:
    answer = Client().post(f"/opendsr/callbacks/{key}", body, content_type="application/json", headers=headers)
    return answer.status_code


def test_the_self_test_knows_a_vendor_by_its_certificate(vendor: FakeVendor) -> None:
    options = {"url": vendor.base, "domain": DOMAIN, "inside": "yes", "calls_a_second": "1000"}
    connection = Connection("vendor", "Vendor", options, {"api_key": vendor.key})
    assert isinstance(kind_of("opendsr"), OpenDsr)
    assert all(check.is_good for check in OpenDsr().self_test(connection))


def test_an_erasure_is_done_only_when_the_vendor_completed_it(vendor: FakeVendor) -> None:
    one = handler()
    for _ in range(3):  # filed once, then asked about
        with pytest.raises(HandlerUnavailable, match="not completed"):
            erase(one)
    assert len(vendor.filings) == 1
    sent = vendor.filings[0]
    assert sent["subject_request_type"] == "erasure" and uuid.UUID(sent["subject_request_id"]).version == 4
    assert sent["subject_identities"][0]["identity_value"] == "alice@example.com"
    vendor.complete(only(vendor))
    result = erase(one)
    assert (result.removed, result.already_done) == (1, 0) and vendor.records == {"3": "bob@example.com"}
    again = erase(one)
    assert (again.removed, again.already_done) == (0, 1)
    assert not one.verify(ALICE, one.plan(ALICE, Action.ERASE, now=clock.now()))


def test_killed_between_filing_and_recording_it_files_the_same_again(
    vendor: FakeVendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(filing, "note", killed)
        with pytest.raises(RuntimeError):
            erase(handler())
    with pytest.raises(HandlerUnavailable, match="not completed"):
        erase(handler())
    first, second = vendor.filings
    assert first == second and len(vendor.requests) == 1
    assert VendorRequest.objects.get().status == "pending"


def test_what_it_cancelled_is_not_done(vendor: FakeVendor) -> None:
    one = handler()
    with pytest.raises(HandlerUnavailable):
        erase(one)
    vendor.requests[only(vendor)]["request_status"] = "cancelled"
    with pytest.raises(HandlerUnavailable, match="cancelled"):
        erase(one)
    assert one.verify(ALICE, one.plan(ALICE, Action.ERASE, now=clock.now()))


def test_a_copy_is_asked_for_only_when_one_is_put_together(vendor: FakeVendor) -> None:
    one = handler()
    for ask in (one.find, lambda person: list(one.export(person))):
        with pytest.raises(HandlerUnavailable, match="put together"):
            ask(ALICE)
    assert not vendor.filings
    with answering(), pytest.raises(HandlerUnavailable, match="not completed"):
        one.find(ALICE)
    vendor.complete(only(vendor))
    with answering():
        assert [found.rows for found in one.find(ALICE)] == [2]
        assert [record.row["id"] for record in one.export(ALICE)] == ["1", "2"]
    assert len(vendor.filings) == 1 and [found.rows for found in one.find(ALICE)] == [2]


def test_a_copy_of_before_an_erasure_is_asked_for_anew(vendor: FakeVendor) -> None:
    one, vendor.is_quick = handler(), True
    with answering():
        assert len(list(one.export(ALICE))) == 2
        erase(one)
        assert list(one.export(ALICE)) == [] and [found.rows for found in one.find(ALICE)] == [0]
    assert [each["subject_request_type"] for each in vendor.filings] == ["access", "erasure", "access"]


def test_rectification_and_restriction_are_not_offered_with_the_reason(vendor: FakeVendor) -> None:
    for action in (Action.RECTIFY, Action.RESTRICT, Action.OPT_OUT):
        plan = handler().plan(ALICE, action, now=clock.now())
        assert "OpenDSR knows no" in plan.not_offered
    nobody = handler().plan(Person((), (Identity("phone", "+491234567"),)), Action.ERASE, now=clock.now())
    assert "cannot be asked" in nobody.not_offered


def test_only_kinds_of_identifiers_that_it_offers_are_sent(vendor: FakeVendor) -> None:
    one = handler()
    both = Person((), (*ALICE.identities, Identity("device", "D-1"), Identity("external", "vendor:42")))
    (table,) = one.plan(both, Action.ERASE, now=clock.now()).tables
    with pytest.raises(HandlerUnavailable, match="not completed"):
        one.apply_chunk(Chunk(table, table.keys, "step:0", 1))
    assert [each["identity_type"] for each in vendor.filings[0]["subject_identities"]] == ["email"]
    vendor.takes = ["controller_customer_id", "ios_advertising_id"]
    (table,) = one.plan(both, Action.ERASE, now=clock.now()).tables
    with pytest.raises(HandlerUnavailable, match="not completed"):
        one.apply_chunk(Chunk(table, table.keys, "step:1", 1))
    sent = {each["identity_type"]: each["identity_value"] for each in vendor.filings[1]["subject_identities"]}
    assert sent == {"controller_customer_id": "42", "ios_advertising_id": "D-1"}
    assert "cannot be asked" in one.plan(ALICE, Action.ERASE, now=clock.now()).not_offered


MOODS = ["wrong signature", "wrong domain", "redirects", "error in a 200", "another request", "certificate elsewhere"]


@pytest.mark.parametrize("mood", MOODS)
def test_a_vendor_that_misbehaves_has_not_answered(vendor: FakeVendor, mood: str) -> None:
    vendor.mood, vendor.is_quick = mood, True
    with pytest.raises(HandlerUnavailable) as silence:
        erase(handler())
    assert "alice" not in str(silence.value) and vendor.key not in str(silence.value)
    assert not VendorRequest.objects.exclude(status="").exists()


def test_a_gigabyte_of_results_is_no_answer(vendor: FakeVendor) -> None:
    vendor.is_quick = True
    with answering(), pytest.raises(HandlerUnavailable):
        vendor.mood = "a gigabyte"
        list(handler().export(ALICE))


def test_only_a_certificate_that_names_it_and_that_we_trust_counts(vendor: FakeVendor, authority: Authority) -> None:
    good = vendor.issued
    bad = {
        "self-signed": self_signed(DOMAIN),
        "expired": authority.issue(DOMAIN, before=9 * DAY, after=-DAY),
        "not that of its domain": authority.issue("other.example"),
        "no authority": Authority("Stranger").issue(DOMAIN),
    }
    for why, issued in bad.items():
        cache.clear()
        vendor.issued = issued
        with pytest.raises(HandlerUnavailable, match=why):
            handler().plan(ALICE, Action.ERASE, now=clock.now())
    cache.clear()
    vendor.issued = good
    assert handler().plan(ALICE, Action.ERASE, now=clock.now()).tables


def test_a_callback_counts_when_it_is_signed_and_goes_forward_only(vendor: FakeVendor) -> None:
    with pytest.raises(HandlerUnavailable):
        erase(handler())
    request = only(vendor)
    early, early_headers = vendor.callback(request)
    vendor.complete(request)
    body, headers = vendor.callback(request)
    assert call_back(vendor, body, headers) == 202
    row = VendorRequest.objects.get()
    assert (row.status, row.results_count) == ("completed", 2)
    assert call_back(vendor, early, early_headers) == 202  # replayed: an old word
    assert VendorRequest.objects.get().status == "completed"
    assert call_back(vendor, body, headers) == 202
    assert VendorRequest.objects.get().status == "completed"
    assert erase(handler()).already_done == 1


def test_every_other_callback_is_the_same_403(vendor: FakeVendor, authority: Authority) -> None:
    with pytest.raises(HandlerUnavailable):
        erase(handler())
    request = only(vendor)
    vendor.requests[request]["request_status"] = "completed"
    body, headers = vendor.callback(request)
    for mood in ("wrong signature", "wrong domain"):
        vendor.mood = mood
        assert call_back(vendor, body, vendor.headers(body)) == 403
    vendor.mood = ""
    assert call_back(vendor, body + b" ", headers) == 403
    assert call_back(vendor, body, {}) == 403
    assert call_back(vendor, body, headers, key="nobody") == 403
    for more in (
        {"subject_request_id": str(uuid.uuid4())},
        {"subject_request_id": "x"},
        {"request_status": "done"},
        {"status_callback_url": "https://elsewhere.example/"},
    ):
        assert call_back(vendor, *vendor.callback(request, **more)) == 403
    for raw in (b"[]", b"{", b"x" * 70_000, b"[" * 60_000):
        assert call_back(vendor, raw, vendor.headers(raw)) == 403
    own, vendor.issued = vendor.issued, authority.issue("other.example")
    assert call_back(vendor, *vendor.callback(request)) == 403
    vendor.issued = own
    assert VendorRequest.objects.get().status == "pending"


def test_a_vendor_that_does_not_call_back_is_asked(vendor: FakeVendor) -> None:
    with pytest.raises(HandlerUnavailable):
        erase(handler())
    assert poll(clock.now()) == {"changed": 0, "silent": 0, "late": 0}
    vendor.complete(only(vendor))
    assert poll(clock.now()) == {"changed": 1, "silent": 0, "late": 0}
    assert VendorRequest.objects.get().status == "completed"


def test_the_fake_does_what_the_specification_says(vendor: FakeVendor) -> None:
    """A repetition is refused, a stranger's key too, and what it says is signed."""

    def call(method: str, path: str, body: bytes = b"", key: str = "vendor-key") -> Reply:
        return vendor(Call(method, path, {"authorization": f"Bearer {key}"}, body))

    body = {"subject_request_id": "1", "subject_request_type": "erasure", "subject_identities": []}
    raw = json.dumps(body).encode()
    assert [call("POST", "/requests", raw)[0] for _ in range(2)] == [201, 400]
    assert call("GET", "/requests/1")[0] == 200 and call("GET", "/requests/2")[0] == 404
    assert call("GET", "/requests/1", key="x")[0] == 401 and "X-OpenDSR-Signature" in call("GET", "/discovery")[1]
