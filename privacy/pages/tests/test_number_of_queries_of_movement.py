"""Pages of webhooks, imports, merges and keys ask the database a fixed number of questions too."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.api_keys import make_api_key
from accounts.models import ApiKey
from consent.imports.models import ConsentImport, ImportChange
from consent.imports.vocabulary import Kind
from consent.webhooks import TOPIC
from privacy.jobs.webhooks.models import WebhookAttempt, WebhookDelivery
from privacy.jobs.webhooks.services import Wishes, make_endpoint
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.pages.tests.test_number_of_queries import MOST, ROUNDS, queries
from privacy.personal_data.models import Subject, SubjectAlias
from privacy.policy.models import PolicyVersion
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
RIGHTS = ("manage_api_keys", "manage_webhooks", "run_imports", "work_subject_request")
CONSOLE = (
    "/console/",
    "/console/webhooks/webhookendpoint/",
    "/console/webhooks/webhookendpoint/{endpoint}/change/",
    "/console/webhooks/webhookendpoint/unconfirmed/",
    "/console/webhooks/webhookdelivery/",
    "/console/webhooks/webhookdelivery/{delivery}/change/",
    "/console/imports/consentimport/",
    "/console/imports/consentimport/upload/",
    "/console/imports/consentimport/mappings/",
    "/console/imports/consentimport/{row}/change/",
    "/console/personal_data/subjectalias/",
    "/console/accounts/apikey/",
    "/console/accounts/apikey/add/",
    "/console/accounts/apikey/{key}/change/",
)
Fill = Callable[[int], None]


@pytest.fixture
def names(demo_policy: PolicyVersion) -> dict[str, Any]:
    wishes = Wishes(url="https://crm.example/", topics=(TOPIC,))
    endpoint = make_endpoint(label="crm", wishes=wishes, actor=OPERATOR, now=clock.now()).endpoint
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, topic=TOPIC, about="newsletter", event_id=uuid.uuid4(), sequence=1, lowers=True
    )
    row = ConsentImport.objects.create(mapping="hubspot", state="checked", lower=1, actor_kind="operator")
    make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())
    return {"endpoint": endpoint, "delivery": delivery, "row": row, "key": ApiKey.objects.get()}


@pytest.fixture
def fill(names: dict[str, Any]) -> Fill:
    def add(count: int) -> None:
        for number in range(count):
            WebhookDelivery.objects.create(
                endpoint=names["endpoint"], topic=TOPIC, event_id=uuid.uuid4(), sequence=number, lowers=True
            )
            WebhookAttempt.objects.create(
                delivery=names["delivery"], at=clock.now(), outcome="status_500", took_ms=number
            )
            ConsentImport.objects.create(mapping="hubspot", state="applied", actor_kind="operator")
            ImportChange.objects.create(consent_import=names["row"], line=number, kind=Kind.LOWER, purpose="newsletter")
            make_api_key(label=f"{uuid.uuid4()}", scopes="decisions", actor=OPERATOR, now=clock.now())
            SubjectAlias.objects.create(subject=Subject.objects.create(), canonical=Subject.objects.create())

    return add


def test_of_the_console(names: dict[str, Any], fill: Fill) -> None:
    client = signed_in(make_user("boss@kept.example", *RIGHTS, is_staff=True))
    ids = {name: row.pk for name, row in names.items()}
    paths = [path.format(**ids) for path in CONSOLE]
    fill(2)
    few = {path: queries(client, path) for path in paths}
    few = {path: queries(client, path) for path in paths}
    fill(ROUNDS)
    many = {path: queries(client, path) for path in paths}
    assert {path: (few[path], many[path]) for path in paths if many[path] > few[path]} == {}
    assert {path: count for path, count in many.items() if count > MOST} == {}
