"""What `doctor` and the dashboard say about mail."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from consent.mailing.panels import inbound
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.models import Heartbeat
from privacy.kernel import clock

pytestmark = pytest.mark.django_db
URL = "imaps://support:x@127.0.0.1/INBOX"


def lights() -> dict[str, str]:
    out = io.StringIO()
    with pytest.raises(CommandError):  # no worker runs in a test
        call_command("doctor", "--json", stdout=out)
    return {one["code"]: one["light"] for one in json.loads(out.getvalue())["checks"]}


def test_without_https_doctor_says_what_is_missing(settings: Settings) -> None:
    assert (lights()["one_click"], lights()["mailbox"]) == ("yellow", "green")
    settings.KEPT_BASE_URL = "https://kept.example"
    assert lights()["one_click"] == "green"


def test_a_mailbox_that_is_not_read_is_red(settings: Settings) -> None:
    settings.KEPT_MAILBOX_URL = URL
    assert lights()["mailbox"] == "red" and inbound(clock.now()).tone == "danger"
    Heartbeat.objects.create(name="mailbox", at=clock.now() - dt.timedelta(hours=2))
    assert lights()["mailbox"] == "red"
    Heartbeat.objects.update(at=clock.now())
    assert lights()["mailbox"] == "yellow"
    settings.KEPT_MAILBOX_ADDRESS = "support@kept.example"
    assert lights()["mailbox"] == "green" and inbound(clock.now()).tone == "ok"
    InboundMail.objects.create(message_key="k", received_at=clock.now(), state="unclear")
    assert (inbound(clock.now()).tone, inbound(clock.now()).figure) == ("warn", "1")
