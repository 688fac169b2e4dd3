"""A withdrawal that a system does not confirm is an alarm: on the dashboard, at the doctor, on the board."""

import datetime as dt
import uuid

import pytest
from django.test import RequestFactory

from accounts.models import User
from consent.webhooks import TOPIC
from privacy.console.dashboard import panels_for
from privacy.jobs.webhooks.models import WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.services import Wishes, make_endpoint
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.pages.readiness.people import check_withdrawals
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> User:
    return make_user("wim@kept.example", "manage_webhooks", is_staff=True)


def tone(user: User) -> str:
    request = RequestFactory().get("/console/")
    request.user = user
    [panel] = [one for one in panels_for(request, clock.now()) if one.title == "Withdrawals not confirmed"]
    return panel.tone


def waiting_since(hours: float) -> WebhookDelivery:
    endpoint = WebhookEndpoint.objects.first()
    if endpoint is None:
        wishes = Wishes(url="https://crm.example/", topics=(TOPIC,))
        endpoint = make_endpoint(label="crm", wishes=wishes, actor=OPERATOR, now=clock.now()).endpoint
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        topic=TOPIC,
        about="newsletter",
        event_id=uuid.uuid4(),
        sequence=1,
        lowers=True,
        created_at=clock.now() - dt.timedelta(hours=hours),
    )


def test_it_is_seen_at_once_and_red_after_a_day(keeper: User) -> None:
    assert (tone(keeper), check_withdrawals()[0].value) == ("ok", "green")
    waiting_since(23)
    assert (tone(keeper), check_withdrawals()[0].value) == ("warn", "green")
    late = waiting_since(25)
    assert (tone(keeper), check_withdrawals()[0].value) == ("danger", "red")
    WebhookDelivery.objects.filter(pk=late.pk).update(accepted_at=clock.now(), state="accepted")
    assert tone(keeper) == "warn"


def test_one_that_was_given_up_is_red_at_once(keeper: User) -> None:
    WebhookDelivery.objects.filter(pk=waiting_since(1).pk).update(state="given_up")
    assert tone(keeper) == "danger"
