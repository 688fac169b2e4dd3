"""Payment processors: what they let go, what they must keep, and what is said about it."""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from privacy.connectors.conformance import check_handler
from privacy.connectors.kinds import Connection, SystemKind
from privacy.connectors.payments.instamojo import Instamojo
from privacy.connectors.payments.paypal import PayPal
from privacy.connectors.payments.stripe import Stripe
from privacy.connectors.payments.tests.fakes import DANA, ERIK, KEY, FakeInstamojo, FakePayPal, FakeStripe
from privacy.connectors.tests.serving import serving
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, HandlerUnavailable, Identity, Person, Treatment

pytestmark = pytest.mark.django_db  # the pace of a service stands in the database

Fake = FakeStripe | FakePayPal | FakeInstamojo


def named(*emails: str, external: str = "") -> Person:
    more = (Identity("external", external),) if external else ()
    return Person((), (*(Identity("email", email) for email in emails), *more))


class ProcessorWorld:
    """A processor as a world of the conformance checks."""

    person = named(DANA, external="pay:cus_dana")
    other, stranger = named(ERIK), named("nobody@example.com")
    secrets: tuple[str, ...] = (KEY,)
    let_time_pass: Callable[[], None]

    def __init__(self, fake: Fake, kind: SystemKind, base: str, **options: str) -> None:
        self.fake = fake
        secret = "secret_key" if isinstance(kind, Stripe) else "secret"
        more = {} if isinstance(kind, Stripe) else {"client_id": "app"}
        told = {"url": base, "inside": "yes", "calls_a_second": "1000", **more, **options}
        self.connection = Connection("pay", "Pay", told, {secret: KEY})
        self.handler: Any = kind.handler(self.connection)

    def state(self) -> Any:
        fake = self.fake
        if isinstance(fake, FakeStripe):
            return deepcopy((fake.rows, fake.jobs))
        return deepcopy((fake.transactions, fake.tokens) if isinstance(fake, FakePayPal) else fake.requests)

    def state_of_others(self) -> Any:
        fake = self.fake
        if isinstance(fake, FakeStripe):
            erik = next(key for key, row in fake.rows["customers"].items() if row.get("email") == ERIK)
            tables = fake.rows.values()
            return deepcopy(
                [row for rows in tables for row in rows.values() if erik in (row["id"], row.get("customer"))]
            )
        if isinstance(fake, FakePayPal):
            return deepcopy([row for row in fake.tokens.values() if row["customer"]["id"] == "cus_erik"])
        return deepcopy([row for row in fake.requests.values() if row["email"] == ERIK])

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        self.fake.is_down = True
        try:
            with pytest.MonkeyPatch.context() as impatient:  # asked once, not four times with pauses
                impatient.setattr("privacy.connectors.web.calling.TRIES", 1)
                yield
        finally:
            self.fake.is_down = False

    def run(self, *, fence: int = 1) -> Any:
        plan = self.handler.plan(self.person, Action.ERASE, now=clock.now())
        results = [
            self.handler.apply_chunk(Chunk(table, table.keys, f"k{number}", fence))
            for number, table in enumerate(plan.tables)
        ]
        return plan, results


@pytest.fixture
def stripe() -> Iterator[ProcessorWorld]:
    fake = FakeStripe()
    fake.fill()
    with serving(fake) as base:
        yield ProcessorWorld(fake, Stripe(), base)


@pytest.fixture
def paypal() -> Iterator[ProcessorWorld]:
    fake, now = FakePayPal(), clock.now()
    for name, email in (("dana", DANA), ("erik", ERIK)):
        fake.tokens[f"tok_{name}"] = {"id": f"tok_{name}", "customer": {"id": f"cus_{name}"}, "links": [{"href": "x"}]}
        for days in (1, 40, 900):
            at = (now - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
            info = {"transaction_id": f"T{name}{days}", "at": at}
            fake.transactions.append({"transaction_info": info, "payer_info": {"email_address": email.title()}})
    with serving(fake) as base:
        yield ProcessorWorld(fake, PayPal(), base)


@pytest.fixture
def instamojo() -> Iterator[ProcessorWorld]:
    fake = FakeInstamojo()
    for number, email in enumerate((DANA, ERIK, DANA)):
        fake.requests[f"r{number}"] = {"id": f"r{number}", "email": email, "status": "Pending", "amount": "9.00"}
    with serving(fake) as base:
        yield ProcessorWorld(fake, Instamojo(), base)


@pytest.mark.parametrize("name", ["stripe", "paypal", "instamojo"])
def test_it_conforms_and_tests_itself(name: str, request: pytest.FixtureRequest) -> None:
    world: ProcessorWorld = request.getfixturevalue(name)
    kinds: dict[str, SystemKind] = {"stripe": Stripe(), "paypal": PayPal(), "instamojo": Instamojo()}
    kind = kinds[name]
    assert all(check.is_good for check in kind.self_test(world.connection))
    check_handler(world)
    options = dict(world.connection.options)
    wrong = Connection("pay", "Pay", options, dict.fromkeys(world.connection.secrets, "wrong"))
    with contextlib.suppress(HandlerUnavailable):
        assert not all(check.is_good for check in kind.self_test(wrong))


def test_a_deleted_customer_keeps_invoices_and_says_until_when(stripe: ProcessorWorld) -> None:
    plan, results = stripe.run()
    fake = stripe.fake
    assert isinstance(fake, FakeStripe)
    kept = {table.table: table for table in plan.tables if table.treatment is Treatment.RETAIN}
    assert set(kept) == {"charges", "payment_intents", "invoices", "subscriptions"}
    assert kept["invoices"].ground == "legal_obligation" and kept["invoices"].until.year >= clock.now().year + 9
    customers = next(table for table in plan.tables if table.table == "customers")
    assert customers.note == "1 subscriptions end at once."
    assert [row for row in fake.rows["customers"].values() if row.get("deleted")]
    assert fake.rows["subscriptions"][next(iter(fake.rows["subscriptions"]))]["status"] == "canceled"
    assert sum(each.removed for each in results) == 2


def test_killed_after_the_effect_the_next_attempt_counts_it_as_done(stripe: ProcessorWorld) -> None:
    plan = stripe.handler.plan(stripe.person, Action.ERASE, now=clock.now())
    customers = next(table for table in plan.tables if table.table == "customers")
    stripe.handler.apply_chunk(Chunk(customers, customers.keys, "same", 1))
    again = stripe.handler.apply_chunk(Chunk(customers, customers.keys, "same", 2))
    assert (again.removed, again.already_done) == (0, 1)
    assert isinstance(stripe.fake, FakeStripe) and sum(call.startswith("DELETE") for call in stripe.fake.calls) == 1


def test_an_address_in_another_case_is_found_by_the_search_and_long_lists_to_their_end(stripe: ProcessorWorld) -> None:
    fake = stripe.fake
    assert isinstance(fake, FakeStripe)
    other = fake.add("customers", "cus", email=DANA.upper(), name="Dana")
    for _ in range(230):
        fake.add("charges", "ch", customer=other, amount=1)
    found = {each.table: each.rows for each in stripe.handler.find(stripe.person)}
    assert (found["customers"], found["charges"]) == (2, 231)
    fake.has_search = False
    assert {each.table: each.rows for each in stripe.handler.find(stripe.person)}["customers"] == 1


def test_no_secret_of_the_interface_is_shown(stripe: ProcessorWorld, paypal: ProcessorWorld) -> None:
    text = str([record.row for record in stripe.handler.export(stripe.person)])
    assert "pi_secret_1" not in text and "4242" in text
    assert "href" not in str([record.row for record in paypal.handler.export(paypal.person)])


def test_a_redaction_is_asked_about_until_it_ends() -> None:
    fake = FakeStripe()
    dana = fake.fill()["dana"]
    with serving(fake) as base:
        world = ProcessorWorld(fake, Stripe(), base, erasure="redact")
        plan = world.handler.plan(world.person, Action.ERASE, now=clock.now())
        [table] = plan.tables
        assert table.treatment is Treatment.ANONYMIZE and "for good" in table.note
        chunk = Chunk(table, table.keys, "one", 1)
        with pytest.raises(HandlerUnavailable, match="not finished yet"):
            world.handler.apply_chunk(chunk)
        assert world.handler.verify(world.person, plan)
        result = world.handler.apply_chunk(chunk)
        assert result.anonymized == 1 and len(fake.jobs) == 1 and fake.rows["customers"][dana]["email"] is None
        assert world.handler.apply_chunk(chunk).already_done == 1
        assert world.handler.verify(world.person, plan) == []


def test_a_redaction_conforms() -> None:
    fake = FakeStripe()
    fake.fill()
    with serving(fake) as base:
        world = ProcessorWorld(fake, Stripe(), base, erasure="redact")
        world.let_time_pass = lambda: None  # each question is a look at the job, which goes one step on
        check_handler(world)


def test_a_redaction_that_is_refused_says_why_in_codes() -> None:
    fake = FakeStripe(faults=["invalid_state", "locked_by_other_job", "Dana <dana@example.com>"])
    fake.fill()
    with serving(fake) as base:
        world = ProcessorWorld(fake, Stripe(), base, erasure="redact")
        with pytest.raises(HandlerUnavailable) as silence:
            world.run()
        assert str(silence.value) == "it cannot redact: invalid_state, locked_by_other_job"


def test_three_years_are_read_in_windows_that_the_processor_takes(paypal: ProcessorWorld) -> None:
    fake = paypal.fake
    assert isinstance(fake, FakePayPal)
    fake.page_size = 1
    plan = paypal.handler.plan(paypal.person, Action.ERASE, now=clock.now())
    kept = next(table for table in plan.tables if table.table == "transactions")
    assert sorted(kept.keys) == ["Tdana1", "Tdana40", "Tdana900"] and "three hours" in kept.note
    assert len(set(fake.windows)) == 36
    _, results = paypal.run()
    assert set(fake.tokens) == {"tok_erik"} and results[0].removed == 1


def test_links_to_pay_are_closed_and_a_letter_asks_for_the_rest(instamojo: ProcessorWorld) -> None:
    plan, results = instamojo.run()
    fake = instamojo.fake
    assert isinstance(fake, FakeInstamojo)
    assert {key: row["status"] for key, row in fake.requests.items()} == {
        "r0": "Inactive", "r1": "Pending", "r2": "Inactive",
    }  # fmt: skip
    assert results[0].retained == 2 and "in writing" in plan.residuals[0].who


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_a_mandate_is_shown_and_ended_once_and_only_ones_own(name: str, request: pytest.FixtureRequest) -> None:
    world: ProcessorWorld = request.getfixturevalue(name)
    [mandate] = world.handler.mandates(world.person)
    assert "4242" in mandate.says or "PayPal" in mandate.says
    assert world.handler.revoke(named(ERIK), mandate.key) == "not_held"
    assert world.handler.revoke(world.person, mandate.key) == "ended"
    assert world.handler.mandates(world.person) == [] and world.handler.revoke(world.person, mandate.key) == "not_held"


def test_a_customer_of_somebody_else_that_it_sends_is_nobodys(
    stripe: ProcessorWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A processor that ignores the address and lists everybody."""
    fake = stripe.fake
    assert isinstance(fake, FakeStripe)
    monkeypatch.setattr(
        "privacy.connectors.payments.stripe._list",
        lambda client, path, **params: iter(
            [
                row
                for row in fake.rows.get(path.removeprefix("v1/"), {}).values()
                if "customer" not in params or row.get("customer") == params["customer"]
            ]
        ),
    )
    customers = [record.row for record in stripe.handler.export(stripe.person) if record.table == "customers"]
    assert len(fake.rows["customers"]) > 1 and [row["email"] for row in customers] == [DANA]
