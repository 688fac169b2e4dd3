"""The processor's side of OpenDSR 2.0 over a real socket, asked by a client that shares no code with it."""

import base64
import json
import threading
import uuid
from typing import Any

import pytest

from dsr.opendsr.models import Callback, ProtocolRequest
from dsr.opendsr.tests.client import ControllerClient, Reply, check_signature, request_body
from dsr.opendsr.tests.conftest import DOMAIN, Customer, MakeCustomer
from dsr.tests.conftest import Shop
from privacy.connectors.tests.serving import Call, serving
from privacy.connectors.tests.serving import Reply as Served
from privacy.jobs.worker import run_until_empty
from privacy.testing.authority import Issued
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
RFC3339 = "%Y-%m-%dT%H:%M:%SZ"


@pytest.fixture
def client(live_server: Any, acme: Customer) -> ControllerClient:
    return ControllerClient(f"{live_server.url}/opendsr", acme.key)


def signed(reply: Reply, ours: Issued) -> Any:
    check_signature(reply.headers, reply.body, ours.pem, DOMAIN)
    return reply.data


def start(request_id: str, **more: str) -> Any:
    """A person of legal looks at the page and presses its button."""
    row = ProtocolRequest.objects.get(subject_request_id=request_id)
    lena = make_user(f"{uuid.uuid4().hex}@kept.example", "work_subject_request", "approve_erasure", is_staff=True)
    browser = signed_in(lena)
    url = f"/console/dsr/subjectrequest/{row.case_id}/opendsr/"
    page = browser.get(url).content.decode()
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    return browser.post(url, {"act": "start", "digest": digest, **more}, follow=True)


def test_discovery_says_what_is_supported_and_where_the_certificate_is(
    client: ControllerClient, live_server: Any, ours: Issued
) -> None:
    body = signed(client.discover(), ours)
    assert body["api_version"] == "2.0"
    assert set(body["supported_subject_request_types"]) == {"access", "portability", "erasure"}
    assert {"identity_type": "email", "identity_format": "sha256"} in body["supported_identities"]
    assert body["processor_certificate"].startswith(f"https://{DOMAIN}/")
    served = client.call("GET", "/certificate.pem", key="")
    assert served.status == 200 and served.body == ours.pem


def test_an_erasure_from_the_request_to_the_last_callback(client: ControllerClient, ours: Issued, shop: Shop) -> None:
    told: list[Call] = []

    def receiver(call: Call) -> Served:
        told.append(call)
        return 202, {}, b""

    with serving(receiver) as base:
        sent = request_body(status_callback_urls=[f"{base}/callbacks"])
        raw = json.dumps(sent).encode()
        reply = client.call("POST", "/requests", raw)
        body = signed(reply, ours)
        assert reply.status == 201
        assert {"controller_id", "expected_completion_time", "received_time"} <= body.keys()
        assert body["subject_request_id"] == sent["subject_request_id"]
        assert base64.b64decode(body["encoded_request"]) == raw and base64.b64decode(body["processor_signature"])
        run_until_empty()
        followed = signed(client.follow(sent["subject_request_id"]), ours)
        assert followed["request_status"] == "pending" and followed["controller_id"] == body["controller_id"]
        assert start(sent["subject_request_id"]).status_code == 200
        run_until_empty()
    done = signed(client.follow(sent["subject_request_id"]), ours)
    assert (done["request_status"], done["results_count"]) == ("completed", 2)
    assert shop.rows == {"3": "bob@example.com"}
    assert [json.loads(call.body)["request_status"] for call in told] == ["pending", "in_progress", "completed"]
    for call in told:
        check_signature(call.headers, call.body, ours.pem, DOMAIN)
        assert json.loads(call.body)["status_callback_url"] == f"{base}/callbacks"
    assert set(Callback.objects.values_list("state", flat=True)) == {"accepted"}


def test_a_copy_is_fetched_by_its_controller_and_by_nobody_else(
    client: ControllerClient, ours: Issued, make_customer: MakeCustomer
) -> None:
    sent = request_body(subject_request_type="access")
    client.file(**sent)
    start(sent["subject_request_id"])
    run_until_empty()
    done = signed(client.follow(sent["subject_request_id"]), ours)
    path = done["results_url"].removeprefix(f"https://{DOMAIN}/opendsr")
    reply = client.call("GET", path)
    check_signature(reply.headers, reply.body, ours.pem, DOMAIN)
    lines = [json.loads(line) for line in reply.body.splitlines()]
    assert done["results_count"] == len(lines) == 2 and {line["system"] for line in lines} == {"shop"}
    beta = make_customer("Beta")
    assert client.call("GET", path, key=beta.key).status == 404
    assert client.call("GET", path, key="").status == 401
    assert client.call("GET", f"/requests/{sent['subject_request_id']}", key=beta.key).status == 404
    assert client.call("DELETE", f"/requests/{sent['subject_request_id']}", key=beta.key).status == 404


def test_cancelled_only_while_pending(client: ControllerClient, ours: Issued) -> None:
    first, second = request_body(), request_body()
    client.file(**first), client.file(**second)
    reply = client.cancel(first["subject_request_id"])
    assert reply.status == 202 and {"controller_id", "received_time"} <= signed(reply, ours).keys()
    assert client.follow(first["subject_request_id"]).data["request_status"] == "cancelled"
    start(second["subject_request_id"])
    late = client.cancel(second["subject_request_id"])
    assert late.status == 400 and late.data["error"]["code"] == 400
    assert client.cancel(str(uuid.uuid4())).status == 404


def test_the_same_request_again_is_the_same_and_with_another_body_refused(client: ControllerClient) -> None:
    sent = request_body()
    first, again = client.file(**sent), client.file(**sent)
    assert first.status == again.status == 201 and first.body == again.body
    other = client.file(**{**sent, "subject_request_type": "access"})
    assert other.status == 400 and ProtocolRequest.objects.count() == 1


def test_two_at_once_make_one(client: ControllerClient) -> None:
    sent, replies = request_body(), []
    barrier = threading.Barrier(4)

    def file() -> None:
        barrier.wait()
        replies.append(client.file(**sent).status)

    threads = [threading.Thread(target=file) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [201] * 4 and ProtocolRequest.objects.count() == 1


EMAIL = {"identity_type": "email", "identity_value": "a@example.com", "identity_format": "raw"}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"regulation": None}, "regulation"),
    ({"regulation": "hipaa"}, "regulation"),
    ({"subject_request_id": "1234"}, "subject_request_id"),
    ({"subject_request_id": "A7551968-D5D6-44B2-9831-815AC9017798"}, "subject_request_id"),
    ({"subject_request_id": "a7551968-d5d6-11b2-9831-815ac9017798"}, "subject_request_id"),
    ({"subject_request_type": "rectification"}, "subject_request_type"),
    ({"subject_identities": []}, "subject_identities"),
    ({"subject_identities": [EMAIL] * 51}, "subject_identities"),
    ({"subject_identities": [{**EMAIL, "identity_value": "no address"}]}, "subject_identities[0].identity_value"),
    ({"subject_identities": [{**EMAIL, "identity_format": "sha256"}]}, "subject_identities[0].identity_value"),
    ({"subject_identities": [{**EMAIL, "identity_type": "passport"}]}, "subject_identities[0].identity_type"),
    ({"submitted_time": "yesterday"}, "submitted_time"),
    ({"submitted_time": "2031-01-01T00:00:00Z"}, "submitted_time"),
    ({"submitted_time": "2018-10-02T15:00:00Z"}, "submitted_time"),
    ({"status_callback_urls": ["https://evil.example/x"]}, "status_callback_urls[0]"),
    ({"status_callback_urls": ["https://169.254.169.254/x"]}, "status_callback_urls[0]"),
    ({"status_callback_urls": ["file:///etc/passwd"]}, "status_callback_urls[0]"),
    ({"status_callback_urls": "https://acme.example"}, "status_callback_urls"),
    ({"extensions": []}, "extensions"),
    ({"is_admin": True}, "is_admin"),
]


@pytest.mark.parametrize(("fields", "field"), BAD)
def test_bad_input_is_a_400_that_names_the_field(
    client: ControllerClient, ours: Issued, fields: dict[str, Any], field: str
) -> None:
    reply = client.file(**fields)
    error = signed(reply, ours)["error"]
    assert reply.status == error["code"] == 400 and error["message"]
    assert error["errors"][0]["reason"] == field and "alice@" not in reply.body.decode()
    assert not ProtocolRequest.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"[" * 60_000, b'{"a":"' + b"x" * 70_000 + b'"}', b"\xff\xfe"])
def test_what_is_no_request_is_a_400(client: ControllerClient, ours: Issued, raw: bytes) -> None:
    reply = client.call("POST", "/requests", raw)
    assert reply.status == 400 and signed(reply, ours)["error"]["code"] == 400


def test_without_a_key_of_a_controller_nothing_opens(client: ControllerClient, ours: Issued) -> None:
    for method, path in (("POST", "/requests"), ("GET", f"/requests/{uuid.uuid4()}"), ("DELETE", "/requests/x")):
        reply = client.call(method, path, b"{}" if method == "POST" else None, key="kept_nobody")
        assert reply.status == 401 and signed(reply, ours)["error"]["code"] == 401
    assert client.call("PUT", f"/requests/{uuid.uuid4()}", b"{}").status in {404, 405}
    assert client.call("POST", "/discovery", b"{}").status == 405
