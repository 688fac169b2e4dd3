"""A campaign: counted first, sent once to each person who allows it, killed and started again without a second copy."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import Identifier, User
from accounts.services import add_identifier, merge_subjects, subject_for_identifier
from consent.double_opt_in import request_grant
from consent.mailing.campaigns import audience, services
from consent.mailing.campaigns.services import count_audience, start_campaign, stop_campaign, write_campaign
from consent.mailing.models import Campaign, MailReading
from consent.mailing.tests.conftest import MailServer
from consent.services import How
from consent.tests.conftest import choose
from consent.vocabulary import Door
from privacy.audit.models import AuditEvent
from privacy.jobs import claiming
from privacy.jobs.models import Job, JobState, OutboxMessage
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.personal_data.models import Restriction
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
TEXT = "Hello,\n\nread https://www.example.com/news?a=1 today.\n"


@pytest.fixture
def lena(db: None) -> User:
    return make_user("lena@kept.example", "work_subject_request", "send_campaign", is_staff=True)


def draft(lena: User, purpose: str = "newsletter", **more: Any) -> Campaign:
    return write_campaign(
        purpose_code=purpose, subject_line="News", text=TEXT, actor=Actor.staff(lena.pk), now=clock.now(), **more
    )


def counted(lena: User, campaign: Campaign) -> Campaign:
    count_audience(campaign=campaign, actor=Actor.staff(lena.pk), now=clock.now())
    run_until_empty()
    campaign.refresh_from_db()
    return campaign


def started(lena: User, campaign: Campaign) -> Campaign:
    start_campaign(campaign=counted(lena, campaign), actor=Actor.staff(lena.pk), now=clock.now())
    return campaign


def copies(**found: Any) -> int:
    return OutboxMessage.objects.filter(template="mailing.campaign", **found).count()


def readers(count: int) -> list[User]:
    people = [make_user(f"reader{number}@example.com") for number in range(count)]
    for person in people:
        choose(person, "newsletter", allow=True)
    return people


@pytest.mark.promise(22)
def test_a_dry_run_says_who_would_get_it_and_why_not(alice: User, bob: User, lena: User, demo_policy: Any) -> None:
    carol, dave, erin, frank = (make_user(f"{name}@example.com") for name in ("carol", "dave", "erin", "frank"))
    for person in (alice, carol, dave, frank):
        choose(person, "newsletter", allow=True)
    choose(bob, "newsletter", allow=False)
    choose(carol, "newsletter", allow=False)
    Restriction.objects.create(subject=dave.subject, ground="accuracy")
    User.objects.filter(pk=frank.pk).update(is_active=False)
    how = How(Door.FORM)
    request_grant(email="gina@example.com", purpose_codes=["newsletter"], how=how, actor=ANONYMOUS, now=clock.now())
    campaign = counted(lena, draft(lena))
    assert campaign.counts["dry_run"] == {
        "allowed": 1, "refused": 1, "withdrawn": 1, "restricted": 1, "not_given": 2, "suspended": 1, "pending": 1,
    }  # fmt: skip
    assert copies() == 0 and erin


def test_it_reaches_each_person_once_with_its_way_out(
    alice: User, bob: User, lena: User, demo_policy: Any, mail_server: MailServer, https: str
) -> None:
    choose(alice, "newsletter", allow=True)
    other = subject_for_identifier(
        kind="email", value="alice.other@example.com", source="form", actor=SYSTEM, now=clock.now()
    )
    add_identifier(
        subject=alice.subject, kind="email", value="alice2@example.com", source="x", actor=SYSTEM, now=clock.now()
    )
    merge_subjects(subject_id=other.pk, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    campaign = started(lena, draft(lena))
    run_until_empty()
    campaign.refresh_from_db()
    assert campaign.state == "sent" and campaign.counts["sending"]["allowed"] == 1
    [mail] = mail_server.mails
    assert mail["To"] == "alice@example.com" and mail["List-Id"] == "Newsletter <newsletter.kept.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and not mail.is_multipart()
    assert "https://www.example.com/news?a=1 today" in mail.get_content() and "/m/l/" not in mail.get_content()
    assert mail.get_content().count("https://kept.example/unsubscribe/") == 2
    payload = AuditEvent.objects.get(type="mailing.campaign_finished").payload
    assert json.loads(payload)["queued"] == 1


def test_killed_between_and_within_chunks_nobody_gets_two(
    lena: User, demo_policy: Any, monkeypatch: pytest.MonkeyPatch, mail_server: MailServer
) -> None:
    readers(9)
    campaign = started(lena, draft(lena))
    monkeypatch.setattr(audience, "AT_ONCE", 2)
    copies_made = 0

    def cut_off(execute: Any, sql: str, *args: Any) -> Any:
        nonlocal copies_made
        copies_made += sql.startswith('INSERT INTO "jobs_outboxmessage"')
        if copies_made == 6:
            copies_made += 1
            raise OperationalError("cut off")
        return execute(sql, *args)

    job = Job.objects.get(kind="mailing.send_campaign")
    with connection.execute_wrapper(cut_off):
        assert run_one(job_id=job.pk)
    job.refresh_from_db()
    campaign.refresh_from_db()
    assert job.state == JobState.READY and 0 < copies() < 9 and campaign.state == "sending"
    Job.objects.update(run_after=clock.now() - dt.timedelta(hours=1))
    run_until_empty()
    assert copies() == 9 and len(mail_server.raw) == 9
    assert len({str(mail["To"]) for mail in mail_server.mails}) == 9
    Job.objects.filter(pk=job.pk).update(state=JobState.READY, run_after=clock.now() - dt.timedelta(hours=1))
    run_until_empty()  # the same job once more
    assert copies() == 9


def test_a_worker_that_lost_its_lease_queues_nothing(lena: User, demo_policy: Any) -> None:
    readers(3)
    started(lena, draft(lena))
    job = Job.objects.get(kind="mailing.send_campaign")
    claim = claiming.claim_job(job_id=job.pk)
    assert claim
    Job.objects.filter(pk=job.pk).update(fence=claim.fence + 1)
    with pytest.raises(claiming.LostLease):
        services.do_send(claim)
    assert copies() == 0


def test_who_withdraws_before_their_copy_leaves_gets_none(
    alice: User, bob: User, lena: User, demo_policy: Any, mail_server: MailServer
) -> None:
    for person in (alice, bob):
        choose(person, "newsletter", allow=True)
    started(lena, draft(lena))
    assert run_one(job_id=Job.objects.get(kind="mailing.send_campaign").pk) and copies(state="queued") == 2
    choose(bob, "newsletter", allow=False)
    run_until_empty()
    assert [str(mail["To"]) for mail in mail_server.mails] == ["alice@example.com"]
    assert copies(state="refused", reason="withdrawn") == 1


def test_a_stopped_campaign_stops_what_is_queued(lena: User, demo_policy: Any, mail_server: MailServer) -> None:
    readers(3)
    campaign = started(lena, draft(lena))
    run_one(job_id=Job.objects.get(kind="mailing.send_campaign").pk)
    stop_campaign(campaign=campaign, actor=Actor.staff(lena.pk), now=clock.now())
    run_until_empty()
    assert mail_server.raw == [] and copies(state="refused", reason="campaign_stopped") == 3
    with pytest.raises(StaleState):
        stop_campaign(campaign=campaign, actor=Actor.staff(lena.pk), now=clock.now())


def test_it_cannot_be_sent_uncounted_twice_or_changed_on_the_way(lena: User, demo_policy: Any) -> None:
    campaign = draft(lena)
    actor, now = Actor.staff(lena.pk), clock.now()
    with pytest.raises(InvalidInput, match="Count first"):
        start_campaign(campaign=campaign, actor=actor, now=now)
    counted(lena, campaign)
    write_campaign(purpose_code="newsletter", subject_line="Other", text=TEXT, campaign=campaign, actor=actor, now=now)
    with pytest.raises(StaleState):
        start_campaign(campaign=campaign, actor=actor, now=clock.now())
    campaign.refresh_from_db()
    start_campaign(campaign=counted(lena, campaign), actor=actor, now=clock.now())
    with pytest.raises(StaleState):
        start_campaign(campaign=campaign, actor=actor, now=clock.now())
    with pytest.raises(StaleState):
        draft(lena, campaign=campaign)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("purpose", {"purpose_code": "transactional"}),
        ("purpose", {"purpose_code": "click_tracking"}),
        ("subject_line", {"subject_line": " \r\n "}),
        ("text", {"text": " "}),
        ("text", {"text": "x" * 20_001}),
        ("text", {"text": "a\0b"}),
    ],
)
def test_what_cannot_be_a_campaign_is_refused_by_name(
    lena: User, demo_policy: Any, field: str, values: dict[str, str]
) -> None:
    given = {"purpose_code": "newsletter", "subject_line": "News", "text": TEXT, **values}
    with pytest.raises(InvalidInput) as refused:
        write_campaign(**given, actor=Actor.staff(lena.pk), now=clock.now())  # type: ignore[arg-type]  # texts only
    assert refused.value.field == field


def test_the_subject_adds_no_header(lena: User, demo_policy: Any) -> None:
    campaign = write_campaign(
        purpose_code="newsletter",
        subject_line="News\r\nBcc: mallory@example.com",
        text=TEXT,
        actor=Actor.staff(lena.pk),
        now=clock.now(),
    )
    assert campaign.subject_line == "News Bcc: mallory@example.com"


def test_the_console_writes_counts_sends_and_stops(alice: User, lena: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    client = signed_in(lena)
    assert client.post("/console/mailing/campaign/write/", {"purpose": "x"}).status_code == 400
    form = {"purpose": "newsletter", "subject_line": "News", "text": TEXT}
    page = client.post("/console/mailing/campaign/write/", form).headers["Location"]
    assert "Not counted yet" in client.get(page).content.decode()
    client.post(page, {"act": "count"})
    run_until_empty()
    assert "Send it to 1 person" in client.get(page).content.decode()
    assert "Choose what to do" in client.post(page, {"act": "nonsense"}, follow=True).content.decode()
    client.post(page, {"act": "send"})
    run_until_empty()
    shown = client.get(page).content.decode()
    assert "allow it, and get it" in shown and "What became of the copies" in shown
    client.post(page, {"act": "stop"})
    assert Campaign.objects.get().state == "stopped"
    assert client.get("/console/mailing/campaign/").status_code == 200


@pytest.mark.parametrize("who", ["omar", "mallory", "nobody"])
def test_others_write_no_campaign(request: pytest.FixtureRequest, lena: User, demo_policy: Any, who: str) -> None:
    campaign = draft(lena)
    client = Client() if who == "nobody" else signed_in(request.getfixturevalue(who))
    for path in ("write/", f"{campaign.pk}/change/"):
        answer = client.post(f"/console/mailing/campaign/{path}", {"act": "count"})
        assert answer.status_code in {302, 403}
    assert not Job.objects.exists() and Campaign.objects.count() == 1
    assert not Identifier.objects.filter(value="").exists() and not MailReading.objects.exists()
