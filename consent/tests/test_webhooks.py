"""A decision reaches the systems that are told: signed, at least once, in order, and without saying who."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from standardwebhooks import Webhook

from accounts.models import User
from accounts.services import add_identifier
from consent.tests.conftest import choose
from consent.tests.test_stale_grants import MINOR, MORE, publish
from consent.tests.webhook_helpers import Days, endpoint_for, look
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import Job
from privacy.jobs.webhooks.models import WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.services import rotate_secret, send_ping, set_endpoint_state
from privacy.jobs.webhooks.signing import signature
from privacy.jobs.webhooks.tests.receiver import Receiver, receiving
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM
from privacy.kernel.errors import InvalidInput, StaleState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings: Any, demo_policy: Any) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    settings.KEPT_WEBHOOK_TIMEOUT_SECONDS = 2


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def verified(secret: str, receiver: Receiver, number: int = 0) -> Any:
    """The message, by the library of the Standard Webhooks project."""
    call = receiver.calls[number]
    return Webhook(secret).verify(call.body, call.headers)


@pytest.mark.promise(24)
def test_a_withdrawal_is_told_right_after_its_commit_and_verifies(alice: User, receiver: Receiver) -> None:
    secret = endpoint_for(receiver.url).secret
    choose(alice, "newsletter", allow=True)
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    assert receiver.told == ["given", "withdrawn"]
    message = verified(secret, receiver, 1)
    assert message["type"] == "consent.changed"
    assert message["data"]["purpose"] == "newsletter" and message["data"]["lowers"] is True
    assert set(WebhookDelivery.objects.values_list("state", "body")) == {("accepted", "")}
    assert AuditEvent.objects.filter(type="webhooks.delivered", subject_id=alice.subject_id).count() == 2
    assert verify_ledger(now=clock.now()).is_proven


def test_the_published_example_of_the_scheme_is_signed_the_same() -> None:
    made = signature(
        "v1",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=dt.datetime.fromtimestamp(1614265330, dt.UTC),
        body=b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_key_pair_signs_what_the_public_key_verifies(alice: User, receiver: Receiver) -> None:
    public = endpoint_for(receiver.url, scheme="v1a").secret
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    [call] = receiver.calls
    version, _, text = call.headers["webhook-signature"].partition(",")
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    key.verify(base64.b64decode(text), signed)  # raises where it does not fit
    assert version == "v1a" and public.startswith("whpk_")


def test_nobody_is_named_and_the_receiver_still_knows_whom_it_is_about(alice: User, receiver: Receiver) -> None:
    for value in ("crm:4711", "shop:12"):
        add_identifier(subject=alice.subject, kind="external", value=value, source="crm", actor=SYSTEM, now=clock.now())
    made = endpoint_for(receiver.url, external_prefix="crm:")
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    [call] = receiver.calls
    person = call.message["data"]["subject"]
    own = hmac.new(made.hash_key.encode(), b"alice@example.com", hashlib.sha256).hexdigest()
    assert person["hashes"] == [{"kind": "email", "hash": own}] and person["external"] == ["crm:4711"]
    assert "identifiers" not in person and b"alice" not in call.body and b"shop:12" not in call.body
    assert "alice" not in json.dumps(list(Job.objects.values_list("payload", flat=True)))


def test_an_endpoint_that_may_know_the_address_gets_it_and_the_row_forgets_it(alice: User, receiver: Receiver) -> None:
    endpoint_for(receiver.url, with_identifier=True)
    receiver.statuses = [503]
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    [stored] = WebhookDelivery.objects.values_list("body", flat=True)
    assert stored and "alice" not in str(stored)  # sealed while it waits
    WebhookDelivery.objects.update(next_at=clock.now())
    look()
    known = receiver.calls[1].message["data"]["subject"]["identifiers"]
    assert known == [{"kind": "email", "value": "alice@example.com"}]
    assert WebhookDelivery.objects.get().body == ""


def test_two_endpoints_do_not_know_a_person_by_the_same_name(alice: User, receiver: Receiver) -> None:
    endpoint_for(receiver.url, "one")
    endpoint_for(receiver.url, "two")
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    one, two = (call.message["data"]["subject"] for call in receiver.calls)
    assert one["ref"] != two["ref"] and one["hashes"] != two["hashes"]


def test_an_endpoint_hears_what_it_asked_for(alice: User, receiver: Receiver) -> None:
    endpoint_for(receiver.url, abouts=("newsletter",))
    choose(alice, "product_news", allow=False)
    choose(alice, "newsletter", allow=False)
    run_until_empty()
    assert [call.message["data"]["purpose"] for call in receiver.calls] == ["newsletter"]


def test_what_is_undone_is_told_to_nobody(alice: User, receiver: Receiver) -> None:
    endpoint_for(receiver.url)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        choose(alice, "newsletter", allow=False)
        raise ZeroDivisionError
    run_until_empty()
    assert receiver.calls == [] and not WebhookDelivery.objects.exists()


def test_after_a_rotation_old_and_new_secret_verify_for_a_day(
    alice: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(monkeypatch, clock.now())
    old = endpoint_for(receiver.url).secret
    endpoint = WebhookEndpoint.objects.get()
    new = rotate_secret(endpoint=endpoint, actor=OPERATOR, now=clock.now())
    choose(alice, "newsletter", allow=False)
    look()
    assert verified(old, receiver) == verified(new, receiver)
    days.now += dt.timedelta(hours=25)
    send_ping(endpoint=endpoint, now=clock.now())
    look()
    signatures = receiver.calls[1].headers["webhook-signature"].split()
    assert len(signatures) == 1  # the old one is over


def test_a_pause_holds_messages_back_and_an_end_ends_them(alice: User, receiver: Receiver) -> None:
    endpoint_for(receiver.url)
    endpoint = WebhookEndpoint.objects.get()
    set_endpoint_state(endpoint=endpoint, state="paused", actor=OPERATOR, now=clock.now())
    choose(alice, "newsletter", allow=False)
    look()
    assert receiver.calls == []
    set_endpoint_state(endpoint=endpoint, state="active", actor=OPERATOR, now=clock.now())
    look()
    assert receiver.told == ["refused"]
    set_endpoint_state(endpoint=endpoint, state="ended", actor=OPERATOR, now=clock.now())
    choose(alice, "product_news", allow=False)
    look()
    assert receiver.told == ["refused"] and not endpoint.secrets.exists()
    with pytest.raises(StaleState):
        set_endpoint_state(endpoint=endpoint, state="active", actor=OPERATOR, now=clock.now())


def test_what_an_endpoint_cannot_be_is_said_with_its_field() -> None:
    endpoint_for("https://crm.example/")
    for label, wishes, field in (
        ("crm", {}, "label"),
        ("x", {"scheme": "v9"}, "scheme"),
    ):
        with pytest.raises(InvalidInput) as refused:
            endpoint_for("https://crm.example/", label, **wishes)
        assert refused.value.field == field


def test_a_text_that_makes_consents_stale_is_told_once_for_its_purpose_and_names_nobody(receiver: Receiver) -> None:
    secret = endpoint_for(receiver.url, topics=("policy.reaffirm",)).secret
    publish(MINOR, days=-1)
    run_until_empty()
    assert receiver.calls == []
    version = publish(MORE)
    run_until_empty()
    [message] = [verified(secret, receiver, number) for number in range(len(receiver.calls))]
    data = message["data"]
    assert (message["type"], data["purpose"]) == ("policy.reaffirm", "newsletter")
    assert data["policy_version"] == version.effective_on.isoformat() and "subject" not in data
