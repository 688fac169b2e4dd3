"""Legal takes in, asks, publishes and takes down in the console; lists name nobody."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from consent.scoped.links import make_permission_token
from privacy.audit.models import AuditEvent
from privacy.intake.models import Promotion, Testimonial
from privacy.jobs.models import OutboxMessage
from privacy.kernel import clock
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import today
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/intake/testimonial/"


@pytest.fixture
def paul(demo_policy: PolicyVersion) -> User:
    """Legal, who publishes."""
    return make_user("paul@kept.example", "publish_people", is_staff=True)


def test_a_testimonial_from_its_entry_to_its_end(paul: User, alice: User, lena: User) -> None:
    client = signed_in(paul)
    values = {
        "email": "alice@example.com",
        "text": "It saved us a day.",
        "shown_name": "Alice, Acme",
        "site": "main",
        "language": "en",
    }
    assert "email address such as" in client.post(f"{LIST}enter/", {**values, "email": "x"}).content.decode()
    assert client.post(f"{LIST}enter/", values).status_code == 302
    row = Testimonial.objects.get()
    assert OutboxMessage.objects.filter(template="consent.permission").count() == 1
    listed = client.get(LIST).content.decode()
    assert "received" in listed and "Alice" not in listed and "saved" not in listed
    page = f"{LIST}{row.pk}/change/"
    shown = client.get(page).content.decode()
    assert "not permitted: pending" in shown or "not permitted: not given" in shown
    assert AuditEvent.objects.filter(type="intake.opened", actor_id=paul.pk).count() == 1
    refused = client.post(page, {"act": "publish"}, follow=True).content.decode()
    assert "has not granted exactly this" in refused
    token = make_permission_token(alice.subject_id, "testimonials", row.scope, clock.now())
    url = f"/preferences/permissions/by/{token}/"
    digest = Client().get(url).content.decode().partition('name="digest" value="')[2].partition('"')[0]
    Client().post(url, {"choice": "yes", "digest": digest})
    assert "public now" in client.post(page, {"act": "publish"}, follow=True).content.decode()
    assert "Alice, Acme" in Client().get("/testimonials/").content.decode()
    assert "no longer" in client.post(page, {"act": "take_down"}, follow=True).content.decode()
    assert "Alice" not in Client().get("/testimonials/").content.decode()
    for path in (LIST, page, f"{LIST}enter/"):
        assert signed_in(lena).get(path).status_code == 403


def test_a_customer_and_a_promotion(paul: User, alice: User) -> None:
    client = signed_in(paul)
    customer = {"email": "alice@example.com", "shown_name": "Acme", "site": "main", "language": "de"}
    assert client.post("/console/intake/customerentry/enter/", customer).status_code == 302
    assert client.get("/console/intake/customerentry/").status_code == 200
    draw = {
        "code": "summer",
        "label": "Summer draw",
        "terms": "Win a year.",
        "site": "main",
        "ends_on": (today() + dt.timedelta(days=9)).isoformat(),
    }
    late = client.post("/console/intake/promotion/open/", {**draw, "ends_on": "2020-01-01"}).content.decode()
    assert "The end is over already" in late
    assert client.post("/console/intake/promotion/open/", draw).status_code == 302
    row = Promotion.objects.get()
    page = client.get(f"/console/intake/promotion/{row.pk}/change/").content.decode()
    assert "0 entered, 0 wait" in page
    assert "summer" in client.get("/console/intake/promotion/").content.decode()
