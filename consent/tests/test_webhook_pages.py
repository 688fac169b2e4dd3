"""Webhooks in the console: secrets shown once, the board of withdrawals, sending again."""

from typing import Any

import pytest

from accounts.models import User
from consent.tests.conftest import choose
from consent.tests.webhook_helpers import look
from privacy.jobs.webhooks.models import WebhookDelivery, WebhookEndpoint
from privacy.jobs.webhooks.tests.receiver import receiving
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/webhooks/webhookendpoint/"


@pytest.fixture
def keeper(db: None) -> User:
    return make_user("wim@kept.example", "manage_webhooks", is_staff=True)


def test_from_the_endpoint_to_the_settled_board(
    keeper: User, alice: User, lena: User, settings: Any, demo_policy: Any
) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    client = signed_in(keeper)
    with receiving() as receiver:
        receiver.status = 422
        given = {"label": "shop", "url": receiver.url, "topics": "consent.changed", "scheme": "v1"}
        refused = client.post(f"{LIST}add/", {**given, "url": "http://10.0.0.1/"})
        assert refused.status_code == 200 and b"inside the house" in refused.content
        made = client.post(f"{LIST}add/", given)
        assert b"whsec_" in made.content and "no-store" in made["Cache-Control"]
        endpoint = WebhookEndpoint.objects.get(label="shop")
        page = f"{LIST}{endpoint.pk}/change/"
        assert b"whsec_" not in client.get(page).content
        assert b"whsec_" in client.post(page, {"act": "rotate"}).content
        choose(alice, "newsletter", allow=False)
        look()
        board = client.get(f"{LIST}unconfirmed/").content
        assert b"newsletter" in board and b"status_422" in board and b"alice" not in board
        row = WebhookDelivery.objects.get()
        one = f"/console/webhooks/webhookdelivery/{row.pk}/change/"
        assert b"status_422" in client.get(one).content and b"hashes" not in client.get(one).content
        client.post(one, {"act": "settle"})
        assert b"confirmed every withdrawal" in client.get(f"{LIST}unconfirmed/").content
        receiver.status = 200
        client.post(one, {"act": "replay"})
        client.post(page, {"act": "ping"})
        look()
        row.refresh_from_db()
        assert row.state == "accepted" and receiver.told[-2:] == ["refused", "ping"]
        again = client.post(page, {"act": "replay", "since": "2020-01-01 00:00"}, follow=True)
        assert b"goes again" in again.content
        for act in ("pause", "resume", "end"):
            assert client.post(page, {"act": act}).status_code == 302
        assert client.post(page, {"act": "nothing"}).status_code == 403
    for path in (LIST, f"{LIST}add/", f"{LIST}unconfirmed/", page, one):
        assert signed_in(lena).get(path).status_code == 403
