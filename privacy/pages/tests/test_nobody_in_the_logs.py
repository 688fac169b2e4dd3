"""The main story at the loudest log level: what is logged, queued, kept in the log or thrown names nobody."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.api_keys import make_api_key
from accounts.models import Identifier, LoginEvent, User
from consent.api.counting import flush_counts
from consent.terms import forget_terms
from dsr.models import ErasurePlan, HistoryRow, SubjectRequest
from dsr.tests.doors import filed_and_confirmed, mails
from privacy.audit.models import AuditEvent
from privacy.connectors.sample import build_sample_shop
from privacy.jobs.models import Job, OutboxMessage
from privacy.jobs.periodic import tick
from privacy.jobs.registry import job_kind
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.logging_format import JsonFormatter
from privacy.personal_data import guards
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = ("dana.demo", "alice@", "alice", "lindenweg", "zebra", "5550101", "203.0.113.77", PASSWORD, "weary words")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Iterator[io.StringIO]:
    """Everything that any logger says at DEBUG, in the form in which we write it."""
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})
    settings.KEPT_EVIDENCE = tmp_path / "evidence"
    settings.DEBUG = True  # statements are logged with their arguments then
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    loud = [root, *(logging.getLogger(name) for name in ("kept", "django", "django.db.backends", "sqlalchemy.engine"))]
    before = [(one, one.level) for one in loud]
    root.addHandler(handler)
    for one in loud:
        one.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    for one, level in before:
        one.setLevel(level)


def found_in(text: str) -> list[str]:
    return [word for word in SECRETS if word.lower() in text.lower()]


def play(alice: User, lena: User, nora: User, shop: Path) -> None:
    """Sign-in, preferences, an erasure over the shop, a failing job: the story and what goes wrong beside it."""
    call_command("connect", str(build_sample_shop(shop)), stdout=io.StringIO())
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client = Client(REMOTE_ADDR="203.0.113.77")
    client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    client.post("/preferences/", {"purpose": "newsletter", "choice": "no"})
    client.get("/my-data/")
    client.post("/accounts/name/", {"name": "Zebra"})
    Client().post("/accounts/password/reset/", {"email": alice.email})
    Client().post("/preferences/link/", {"email": alice.email})
    key = make_api_key(label="shop", scopes="decisions", actor=OPERATOR, now=clock.now())
    ask = {"subject": {"email": alice.email}, "purpose": "newsletter"}
    Client().post("/api/v1/decisions", ask, content_type="application/json", headers={"Authorization": f"Bearer {key}"})
    Client().post("/requests/new/", {"rights": "access", "email": alice.email, "message": "weary words"})
    case, status = filed_and_confirmed(Client(), "dana.demo@example.com")
    Client().get(status)
    console = f"/console/dsr/subjectrequest/{case.pk}/"
    signed_in(lena).get(console)
    signed_in(lena).post(f"{console}preview/")
    plan = ErasurePlan.objects.get()
    agree = {"typed": case.reference, "digest": plan.digest}
    signed_in(nora).post(f"/console/dsr/subjectrequest/plan/{plan.pk}/", agree)
    mails()
    assert SubjectRequest.objects.get(pk=case.pk).state == "closed"
    call_command(
        "collect", "alice@example.com", out=str(shop.with_suffix(".zip")), reason="a look", stdout=io.StringIO()
    )
    tick(clock.now())
    run_until_empty()


@pytest.mark.usefixtures("demo_policy")
def test_nobody_is_named(log: io.StringIO, alice: User, lena: User, nora: User, tmp_path: Path) -> None:
    forget_terms()
    start = log.tell()

    @job_kind("test.breaks", max_attempts=1)
    def breaks(claim: Any) -> None:
        with transaction.atomic():
            Identifier.objects.create(subject=alice.subject, kind="email", value="zebra", index="1")
            with connection.cursor() as cursor:  # the database's own words quote the row
                cursor.execute("INSERT INTO accounts_user (email, name) VALUES ('alice@example.com', 'Zebra')")

    play(alice, lena, nora, tmp_path / "shop.sqlite")
    enqueue("test.breaks", idem_key="b", payload={}, now=clock.now())
    run_until_empty()
    assert Job.objects.get(kind="test.breaks").state == "needs_human"
    flush_counts()
    forget_terms()
    text = log.getvalue()[start:]
    assert len(text.splitlines()) > 200 and "job failed" in text, "the log was not listened to"
    assert not found_in(text), [line[:300] for line in text.splitlines() if found_in(line)][:3]
    rows: list[Any] = [*Job.objects.values_list("payload", "idem_key", "result", "last_error_code")]
    rows += [*AuditEvent.objects.values_list("payload", "via"), *HistoryRow.objects.values_list("detail")]
    rows += [*OutboxMessage.objects.values_list("context_text", "idem_key", "reason")]
    done = OutboxMessage.objects.filter(state="sent")
    rows += [*done.values_list("recipient", "secret_text")]
    assert done.exists() and not found_in(str(rows))
    assert LoginEvent.objects.exists()
