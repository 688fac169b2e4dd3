"""Messages to systems go by time, and what they prove stays."""

import datetime as dt
import uuid

import pytest

from privacy.jobs.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.selectors import downstream_of, unconfirmed
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.policy.models import PolicyVersion
from privacy.retention.services import dry_run, enable_rule, start_run
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db


def test_only_what_is_confirmed_and_overtaken_goes(demo_policy: PolicyVersion) -> None:
    ines = Actor.staff(make_user("ines@kept.example", "switch_rules", "manage_holds", is_staff=True).pk, via="console")
    crm = WebhookEndpoint.objects.create(label="CRM", url="https://crm.example/hook", topics="consent.changed")
    who, long_ago = uuid.uuid4(), clock.now() - dt.timedelta(days=1200)

    def told(about: str, sequence: int, state: str) -> WebhookDelivery:
        is_accepted = state == DeliveryState.ACCEPTED
        return WebhookDelivery.objects.create(
            endpoint=crm, topic="consent.changed", about=about, subject_id=who, event_id=uuid.uuid4(), lowers=True,
            sequence=sequence, state=state, created_at=long_ago, accepted_at=long_ago if is_accepted else None,
        )  # fmt: skip

    overtaken = told("newsletter", 1, DeliveryState.ACCEPTED)
    newest = told("newsletter", 2, DeliveryState.ACCEPTED)
    never = told("click_tracking", 3, DeliveryState.GIVEN_UP)
    later = told("click_tracking", 4, DeliveryState.ACCEPTED)
    before = downstream_of([who])
    dry_run(code="webhook_deliveries", actor=ines, now=clock.now())
    enable_rule(code="webhook_deliveries", actor=ines, now=clock.now())
    start_run(code="webhook_deliveries", actor=ines, now=clock.now())
    run_until_empty()
    assert not WebhookDelivery.objects.filter(pk=overtaken.pk).exists()
    assert set(WebhookDelivery.objects.values_list("pk", flat=True)) == {newest.pk, never.pk, later.pk}
    assert downstream_of([who]) == before and list(unconfirmed()) == [never]
