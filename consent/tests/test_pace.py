"""Fewer messages: the gate refuses a promotional mail within the month, also of two that leave at once."""

import datetime as dt

import pytest

from accounts.models import User
from consent.easing import FEWER_DAYS, slow_purpose
from consent.links import unsubscribe_url
from consent.services import How
from consent.tests.conftest import choose
from consent.vocabulary import Door
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage, SendState
from privacy.jobs.outbox import queue_mail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor

pytestmark = pytest.mark.django_db
NEWS = "newsletter"


@mail_template("tests.paced", message_class=MessageClass.PROMOTIONAL)
def paced(message: OutboxMessage) -> RenderedMail:
    assert message.subject_id
    url = unsubscribe_url(message.subject_id, str(message.context["purpose"]))
    return RenderedMail("News", f"Unsubscribe: {url}", opt_out=url)


@mail_template("tests.needed", message_class=MessageClass.TRANSACTIONAL)
def needed(message: OutboxMessage) -> RenderedMail:
    return RenderedMail("Invoice", "…")


def send(user: User, key: str, *, template: str = "tests.paced", purpose: str = NEWS) -> OutboxMessage:
    message = queue_mail(
        template,
        idem_key=key,
        to=user.email,
        context={"purpose": purpose} if template == "tests.paced" else {},
        subject_id=user.subject_id,
        now=clock.now(),
    )
    run_until_empty()
    message.refresh_from_db()
    return message


def slowed(user: User) -> None:
    for purpose in (NEWS, "product_news"):
        choose(user, purpose, allow=True)
    slow_purpose(
        subject_id=user.subject_id,
        purpose_code=NEWS,
        how=How(Door.SIGNED_IN),
        actor=Actor.subject(user.subject_id),
        now=clock.now(),
    )


@pytest.mark.usefixtures("demo_policy")
def test_one_a_month_for_this_purpose_and_no_other(alice: User) -> None:
    slowed(alice)
    assert send(alice, "1").state == SendState.SENT
    second = send(alice, "2")
    assert (second.state, second.reason) == (SendState.REFUSED, "pace")
    assert send(alice, "3", purpose="product_news").state == SendState.SENT
    assert send(alice, "4", template="tests.needed").state == SendState.SENT
    ago = clock.now() - dt.timedelta(days=FEWER_DAYS, minutes=1)
    OutboxMessage.objects.filter(idem_key="1").update(accepted_at=ago, created_at=ago)
    assert send(alice, "5").state == SendState.SENT


@pytest.mark.usefixtures("demo_policy")
def test_who_asked_for_no_less_gets_every_one(alice: User, bob: User) -> None:
    slowed(alice)
    choose(bob, NEWS, allow=True)
    assert [send(bob, key).state for key in ("1", "2")] == [SendState.SENT, SendState.SENT]


@pytest.mark.usefixtures("demo_policy")
@pytest.mark.parametrize("state", [SendState.SENDING, SendState.UNCERTAIN])
def test_what_may_have_arrived_counts(alice: User, state: SendState) -> None:
    slowed(alice)
    send(alice, "1")
    OutboxMessage.objects.filter(idem_key="1").update(state=state, accepted_at=None)
    assert send(alice, "2").reason == "pace"
    OutboxMessage.objects.filter(idem_key="1").update(state=SendState.REFUSED)
    assert send(alice, "3").state == SendState.SENT
