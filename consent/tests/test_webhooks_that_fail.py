"""A system that is down, refuses, or is killed for: nothing is lost, nothing overtakes, a person sees it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from consent.downstream import downstream_by_purpose
from consent.tests.conftest import choose
from consent.tests.webhook_helpers import START, Days, endpoint_for, look
from privacy.audit.models import AuditEvent
from privacy.jobs.models import Job
from privacy.jobs.webhooks import pumping
from privacy.jobs.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.replaying import replay_delivery, replay_since, settle_delivery
from privacy.jobs.webhooks.selectors import oldest_unconfirmed, unconfirmed
from privacy.jobs.webhooks.tests.receiver import Receiver, receiving
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError, StaleState

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings: Any, demo_policy: Any) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    settings.KEPT_WEBHOOK_TIMEOUT_SECONDS = 2


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch, clock.now())


def test_a_system_that_is_down_for_two_days_hears_of_everything_in_order(
    alice: User, bob: User, receiver: Receiver, days: Days
) -> None:
    endpoint_for(receiver.url)
    receiver.status = 503
    for user, allow in ((alice, True), (bob, False), (alice, False)):
        choose(user, "newsletter", allow=allow)
        days.pass_by(seconds=1)
    begun = days.now
    while days.now - begun < dt.timedelta(days=2):
        days.pass_by(hours=1)
    assert WebhookAttempt.objects.count() < 30  # the system as a whole is left alone for growing times
    receiver.status, before = 204, len(receiver.calls)
    days.until_quiet()
    hers = [call for call in receiver.calls[before:] if call.message["data"]["status"] != "refused"]
    assert [call.message["data"]["status"] for call in hers] == ["given", "withdrawn"]
    assert unconfirmed().count() == 0
    ids = {call.headers["webhook-id"] for call in receiver.calls}
    assert len(ids) == 3  # each attempt of a message has its one id


def test_after_three_days_a_person_sees_it_and_can_send_it_again(alice: User, receiver: Receiver, days: Days) -> None:
    secret_of_row = endpoint_for(receiver.url).endpoint
    receiver.status = 500
    choose(alice, "newsletter", allow=False)
    asked_at = days.now
    days.until_quiet()
    [row] = WebhookDelivery.objects.all()
    assert row.state == "given_up" and row.body == "" and days.now - asked_at >= dt.timedelta(days=3)
    assert AuditEvent.objects.filter(type="webhooks.given_up").count() == 1
    assert oldest_unconfirmed() == row.created_at  # it stays on the board
    receiver.status = 204
    replay_delivery(delivery=row, actor=OPERATOR, now=clock.now())
    days.until_quiet()
    row.refresh_from_db()
    assert row.state == "accepted" and oldest_unconfirmed() is None
    assert {call.headers["webhook-id"] for call in receiver.calls} == {row.message_id}
    assert WebhookEndpoint.objects.get(pk=secret_of_row.pk).failures == 0


def test_a_clock_that_jumps_by_a_week_does_not_end_the_attempts(alice: User, receiver: Receiver, days: Days) -> None:
    endpoint_for(receiver.url)
    receiver.status = 503
    choose(alice, "newsletter", allow=False)
    days.pass_by(seconds=1)
    days.pass_by(days=7)
    assert WebhookDelivery.objects.get().state == "queued"
    receiver.status = 204
    days.now = START  # and back again: no wait may last for months
    for _ in range(3):
        days.pass_by(hours=7)
    assert WebhookDelivery.objects.get().state == "accepted"


def test_killed_between_the_answer_and_its_record_it_is_sent_again_under_its_id(
    alice: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, days: Days
) -> None:
    endpoint_for(receiver.url)
    choose(alice, "newsletter", allow=False)

    class Killed(BaseException):
        """What no code catches."""

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(pumping, "_note", die)
        with pytest.raises(Killed):
            run_until_empty()
    WebhookEndpoint.objects.update(busy_until=days.now + dt.timedelta(seconds=40))  # the killed one let nothing go
    Job.objects.filter(state="running").update(lease_until=days.now - dt.timedelta(days=400))
    assert [row.state for row in WebhookDelivery.objects.all()] == ["queued"]
    days.pass_by(minutes=2)
    one, two = receiver.calls
    assert one.headers["webhook-id"] == two.headers["webhook-id"] and one.body == two.body
    assert WebhookDelivery.objects.get().state == "accepted"


def test_one_message_that_is_refused_holds_nobody_back(alice: User, bob: User, receiver: Receiver, days: Days) -> None:
    endpoint_for(receiver.url)
    receiver.statuses = [422]
    choose(alice, "newsletter", allow=True)
    days.now += dt.timedelta(seconds=1)
    choose(bob, "newsletter", allow=False)
    days.now += dt.timedelta(seconds=1)
    choose(alice, "newsletter", allow=False)
    look()
    assert receiver.told == ["given", "refused", "withdrawn"]  # a withdrawal does not wait for a refused grant
    numbers = [
        call.message["data"]["sequence"] for call in receiver.calls if call.message["data"]["status"] != "refused"
    ]
    days.until_quiet()
    assert receiver.told[-1] == "given"
    assert numbers[0] < numbers[1]  # the receiver can tell which is the later


def test_a_later_decision_waits_for_the_earlier_one_of_the_same_person_and_purpose(
    alice: User, receiver: Receiver, days: Days
) -> None:
    endpoint_for(receiver.url)
    receiver.statuses = [500]
    choose(alice, "newsletter", allow=True)
    days.now += dt.timedelta(seconds=1)
    choose(alice, "newsletter", allow=False)
    choose(alice, "product_news", allow=False)
    look()
    assert receiver.told == ["given", "refused"]  # the other purpose went ahead, the withdrawal waits
    days.until_quiet()
    assert receiver.told == ["given", "refused", "given", "withdrawn"]


def test_somebody_else_at_it_leaves_it_to_them(alice: User, receiver: Receiver, days: Days) -> None:
    endpoint_for(receiver.url)
    WebhookEndpoint.objects.update(busy_until=days.now + dt.timedelta(seconds=30))
    choose(alice, "newsletter", allow=False)
    look()
    assert receiver.calls == []
    days.pass_by(minutes=1)
    assert len(receiver.calls) == 1


def test_everything_since_a_time_goes_again_under_its_old_ids(alice: User, receiver: Receiver, days: Days) -> None:
    endpoint = endpoint_for(receiver.url).endpoint
    for allow in (True, False):
        choose(alice, "newsletter", allow=allow)
        days.pass_by(minutes=1)
    since = days.now - dt.timedelta(minutes=10)
    assert replay_since(endpoint=endpoint, since=since, actor=OPERATOR, now=days.now) == 2
    look()
    look()
    assert receiver.told == ["given", "withdrawn"] * 2
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 2
    assert unconfirmed().count() == 0
    with pytest.raises(DomainError):
        replay_since(endpoint=endpoint, since=days.now + dt.timedelta(1), actor=OPERATOR, now=days.now)


def test_the_person_sees_who_has_confirmed(alice: User, receiver: Receiver, days: Days) -> None:
    endpoint_for(receiver.url, "crm")
    with receiving() as down:
        down.status = 503
        endpoint_for(down.url, "shop")
        choose(alice, "newsletter", allow=False)
        look()
        state = downstream_by_purpose([alice.subject_id])["newsletter"]
        assert (state.asked, state.confirmed, state.waiting) == (2, 1, ("shop",))
        [open_row] = unconfirmed()
        settle_delivery(delivery=open_row, actor=OPERATOR, now=clock.now())
        with pytest.raises(StaleState):
            settle_delivery(delivery=open_row, actor=OPERATOR, now=clock.now())
    assert downstream_by_purpose([alice.subject_id])["newsletter"].waiting == ()
    assert unconfirmed().count() == 0
    assert downstream_by_purpose([]) == {}


def test_an_event_is_queued_once_for_an_endpoint(alice: User, receiver: Receiver) -> None:
    from consent.models import ConsentEvent
    from consent.webhooks import tell_systems

    endpoint_for(receiver.url)
    choose(alice, "newsletter", allow=False)
    tell_systems(list(ConsentEvent.objects.all()))
    assert WebhookDelivery.objects.count() == 1
