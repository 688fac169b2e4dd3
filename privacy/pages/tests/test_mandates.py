"""A person sees which processors may charge them again, ends a mandate, and reads how the processor answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import add_identifier
from privacy.audit.models import AuditEvent
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.payments.tests.fakes import KEY, FakePayPal, FakeStripe
from privacy.connectors.tests.serving import serving
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.promise(30)]
DOOR, QUICK = "/my-data/payments/", "inside: 'yes', calls_a_second: 1000"


@pytest.fixture
def processors(alice: User, bob: User, tmp_path: Path) -> Iterator[tuple[FakeStripe, FakePayPal]]:
    """Stripe and PayPal with a mandate of alice and one of bob each."""
    stripe, paypal = FakeStripe(), FakePayPal()
    for user in (alice, bob):
        customer = stripe.add("customers", "cus", email=user.email)
        stripe.add("payment_methods", "pm", customer=customer, type="card", card={"brand": "visa", "last4": "4242"})
        paypal.tokens[f"tok-{user.name}"] = {"id": f"tok-{user.name}", "customer": {"id": user.name}}
        add_identifier(
            subject=user.subject,
            kind="external",
            value=f"paypal:{user.name}",
            source="test",
            actor=SYSTEM,
            now=clock.now(),
        )
    with serving(stripe) as one, serving(paypal) as two:
        file = tmp_path / "systems.yaml"
        file.write_text(
            f"systems:\n  - {{key: stripe, kind: stripe, url: '{one}', {QUICK}, secret_key: {KEY}}}\n"
            f"  - {{key: paypal, kind: paypal, url: '{two}', {QUICK}, client_id: a, secret: {KEY}}}\n"
        )
        call_command("connect", str(file), verbosity=0)
        yield stripe, paypal


def proven(user: User) -> Client:
    client = signed_in(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": DOOR})
    return client


def end(client: Client, system: str, mandate: str) -> str:
    return client.post(DOOR, {"system": system, "mandate": mandate}, follow=True).content.decode()


def test_s30_the_person_sees_mandates_ends_one_and_reads_the_answer(
    alice: User, processors: tuple[FakeStripe, FakePayPal]
) -> None:
    _, paypal = processors
    client = proven(alice)
    page = client.get(DOOR).content.decode()
    assert page.count("Visa card that ends in 4242") == 2 and page.count("PayPal account that is saved") == 2
    assert "Ended. The processor has confirmed it." in end(client, "paypal", f"tok-{alice.name}")
    assert list(paypal.tokens) == ["tok-Bob"] and "Nothing is kept" in client.get(DOOR).content.decode()
    assert "holds no such mandate" in end(client, "paypal", f"tok-{alice.name}")
    told = AuditEvent.objects.filter(type__startswith="pages.mandate").order_by("id").values_list("type", "payload")
    assert [kind.rpartition("_")[2] for kind, _ in told] == ["revoked", "answered"] * 2
    assert "tok-" not in str(list(told))


def test_nobody_ends_anothers_mandate(alice: User, bob: User, processors: tuple[FakeStripe, FakePayPal]) -> None:
    stripe, paypal = processors
    client = proven(alice)
    other = next(key for key, row in stripe.rows["payment_methods"].items() if row["customer"] == "cus_3")
    assert "holds no such mandate" in end(client, "stripe", other)
    assert "holds no such mandate" in end(client, "paypal", "tok-Bob")
    assert stripe.rows["payment_methods"][other]["customer"] and "tok-Bob" in paypal.tokens
    assert client.post(DOOR, {"system": "kept", "mandate": "x"}).status_code == 404
    assert Client().get(DOOR).status_code == 302


def test_a_silent_processor_is_no_nothing(alice: User, processors: tuple[FakeStripe, FakePayPal]) -> None:
    _, paypal = processors
    client = proven(alice)
    paypal.is_down = True
    page = client.get(DOOR).content.decode()
    assert "did not answer just now" in page and "Visa card" in page
    assert "may still stand" in end(client, "paypal", f"tok-{alice.name}") and f"tok-{alice.name}" in paypal.tokens


def test_without_a_processor_the_page_says_so(
    alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert not ConnectedSystem.objects.exists()
    client = proven(alice)
    client.get(DOOR)
    with django_assert_max_num_queries(8):
        assert "No payment processor is connected" in client.get(DOOR).content.decode()
