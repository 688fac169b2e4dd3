"""Every page asks the database a fixed number of questions, however much there is to show."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from consent.links import make_preferences_token
from consent.mailing.models import Campaign
from consent.models import ConsentEvent
from consent.services import How, set_preference
from consent.terms import forget_terms
from consent.vocabulary import Door
from dsr.models import CaseNote, SubjectRequest
from dsr.services import planning
from dsr.services.links import make_link
from dsr.states import State
from privacy.audit.sealing import seal_pending
from privacy.jobs.mailbox.models import InboundMail
from privacy.jobs.models import CapturedMail, Job, JobState, MessageClass, OutboxMessage, SendState
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data import guards
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.policy.drafting import start_draft
from privacy.retention.rules import HOLD_GROUNDS
from privacy.retention.services import place_hold
from privacy.testing.cast import PASSWORD, make_user, signed_in
from privacy.testing.factories import CaseFactory, EndedLoginFactory

pytestmark = pytest.mark.django_db
ROUNDS = 30
MOST = 12  # questions of a page of the console (decisions 0054 and 0081)
MARKS = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")  # of a transaction; they ask nothing (decision 0054)
GUARDS = guards._guards
Fill = Callable[[int], None]


@pytest.fixture
def boss(demo_policy: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody who may see every page of the console."""
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})
    rights = (
        "send_campaign",
        "file_subject_request",
        "work_subject_request",
        "approve_erasure",
        "switch_rules",
        "manage_holds",
        "publish_policy",
        "overrule_objections",
    )
    return make_user("boss@kept.example", *rights, is_staff=True)


@pytest.fixture
def case(alice: User) -> SubjectRequest:
    """A request of alice that can be worked on."""
    found: SubjectRequest = CaseFactory.create(subject=alice.subject)
    return found


@pytest.fixture
def fill(alice: User, boss: User, case: SubjectRequest) -> Fill:
    """Add so many of everything that a page may list."""

    def add(count: int) -> None:
        start = OutboxMessage.objects.count()
        now = clock.now()
        actor = Actor.subject(alice.subject_id)
        EndedLoginFactory.rows(count, subject=alice.subject)
        for number in range(start, start + count):
            CaseFactory.create(subject=alice.subject, reference=f"K-X{number:03d}", due_on=now.date())
            set_preference(
                subject_id=alice.subject_id,
                purpose_code="newsletter",
                allow=number % 2 == 0,
                how=How(Door.SIGNED_IN),
                actor=actor,
                now=now + dt.timedelta(seconds=number),
            )
            Job.objects.create(kind="dsr.advance_run", idem_key=f"stuck:{number}", state=JobState.NEEDS_HUMAN)
            mail = OutboxMessage.objects.create(
                idem_key=f"m:{number}",
                template="dsr.letter",
                message_class=MessageClass.NOTICE,
                state=SendState.UNCERTAIN,
                subject_id=alice.subject_id,
            )
            CapturedMail.objects.create(outbox=mail, recipient="alice@example.com", subject="x", text="x")
            InboundMail.objects.create(message_key=str(number), received_at=now, state="unclear", sender="a@b.example")
            Campaign.objects.create(purpose="newsletter", subject_line="x", text="x", created_by=boss.pk)
            CaseNote.objects.create(subject_request=case, kind="message", text="x")
            PreparedPackage.objects.create(subject=alice.subject, state=PackageState.TAKEN)
            place_hold(
                subject_ids=[alice.subject_id],
                ground=next(iter(HOLD_GROUNDS)),
                reason="A lawsuit",
                actor=Actor.staff(boss.pk),
                now=now,
            )
            seal_pending(now=now)

    return add


def queries(client: Client, path: str) -> int:
    forget_terms()  # kept for a moment in memory, which is not what is counted here
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
    return sum(not each["sql"].startswith(MARKS) for each in captured.captured_queries)


OWN = {
    "/": 8,
    "/logins/": 12,
    "/my-data/download/": 14,
    "/requests/new/": 8,
    "/preferences/": 20,
    "/preferences/signals/": 20,
    "/policy/": 10,
    "/accounts/email/": 10,
    "/accounts/name/": 8,
    "/accounts/2fa/": 10,
}
CONSOLE = (
    "/console/mailing/campaign/",
    "/console/mailing/campaign/write/",
    "/console/mailing/campaign/{campaign}/change/",
    "/desk/opt-out/",
    "/desk/mail/",
    "/console/",
    "/console/dsr/subjectrequest/",
    "/console/dsr/subjectrequest/?show=all",
    "/console/dsr/subjectrequest/month/",
    "/console/dsr/subjectrequest/reports/",
    "/console/dsr/subjectrequest/find/",
    "/console/policy/policyversion/promises/",
    "/console/dsr/subjectrequest/{case}/change/",
    "/console/dsr/subjectrequest/plan/{plan}/",
    "/console/dsr/subjectrequest/{case}/refuse/",
    "/console/dsr/subjectrequest/{case}/extend/",
    "/console/dsr/subjectrequest/{case}/ask/",
    "/console/audit/auditevent/",
    "/console/audit/seal/",
    "/console/jobs/job/",
    "/console/jobs/outboxmessage/",
    "/console/retention/legalhold/",
    "/console/retention/disposalrun/",
    "/console/retention/disposalrun/rules/",
    "/console/policy/policyversion/",
    "/console/policy/policyversion/purposes/",
    "/console/policy/policyversion/purposes/newsletter/",
    "/console/policy/policyversion/start/",
    "/console/policy/policyversion/{draft}/edit/",
    "/preferences/preview/{draft}/",
    "/console/policy/policyversion/{draft}/edit/purposes/newsletter/",
    "/console/policy/policyversion/{draft}/review/",
    "/console/policy/policyversion/{draft}/lint/",
    "/console/consent/consentevent/",
    "/console/consent/consentevent/?purpose=newsletter&door=signed_in",
    "/console/consent/consentevent/{event}/change/",
    "/console/consent/consentevent/person/",
    "/console/consent/consentevent/person/{person}/",
    "/console/consent/consentevent/person/{person}/ground/security_logs/",
    "/console/consent/consentevent/reports/",
    "/console/consent/consentevent/export/",
)


def test_of_ones_own_pages(alice: User, fill: Fill) -> None:
    client = signed_in(alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    fill(2)
    few = {path: queries(client, path) for path in OWN}
    few = {path: queries(client, path) for path in OWN}  # the first visit of an hour is noted
    fill(ROUNDS)
    many = {path: queries(client, path) for path in OWN}
    assert {path: (few[path], many[path]) for path in OWN if few[path] != many[path]} == {}
    assert {path: count for path, count in many.items() if count > OWN[path]} == {}


def test_of_the_console(boss: User, lena: User, case: SubjectRequest, fill: Fill) -> None:
    client = signed_in(boss)
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    draft = start_draft(effective_on=dt.date(2031, 1, 1), actor=Actor.staff(boss.pk), now=clock.now())
    campaign = Campaign.objects.create(purpose="newsletter", subject_line="x", text="x", created_by=boss.pk)
    fill(2)
    assert case.subject_id is not None
    event = ConsentEvent.objects.filter(subject_id=case.subject_id).latest("at")
    own = {"event": event.pk, "person": case.subject_id}
    named = {"case": case.pk, "plan": plan.pk, "draft": draft.pk, "campaign": campaign.pk, **own}
    paths = [path.format(**named) for path in CONSOLE]
    few = {path: queries(client, path) for path in paths}
    few = {path: queries(client, path) for path in paths}
    fill(ROUNDS)
    many = {path: queries(client, path) for path in paths}
    assert {path: (few[path], many[path]) for path in paths if many[path] > few[path]} == {}
    assert {path: count for path, count in many.items() if count > MOST} == {}


def test_of_the_preview(boss: User, case: SubjectRequest, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks which tables hold anything, and those together; of every hold at once."""
    monkeypatch.setattr(guards, "_guards", GUARDS)
    client, path = signed_in(boss), f"/console/dsr/subjectrequest/{case.pk}/preview/"
    fill(2)
    queries(client, path)
    few = queries(client, path)
    fill(ROUNDS)
    assert queries(client, path) == few <= MOST


def test_of_pages_behind_mailed_links(alice: User, case: SubjectRequest, fill: Fill) -> None:
    now = clock.now()
    status = f"/requests/status/{make_link(subject_request=case, kind='status', now=now)}/"
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.RECEIVED)
    preferences = f"/preferences/by/{make_preferences_token(alice.email, now)}/"
    fill(2)
    few = [queries(Client(), path) for path in (status, preferences, status, preferences)][2:]
    fill(ROUNDS)
    assert [queries(Client(), path) for path in (status, preferences)] == few
    assert few[0] <= 12 and few[1] <= 25


def test_of_a_receipt(alice: User, fill: Fill) -> None:
    fill(2)
    event = ConsentEvent.objects.filter(subject_id=alice.subject_id).latest("at")
    mine = f"/preferences/receipts/{event.pk}/"
    by_link = f"/preferences/by/{make_preferences_token(alice.email, clock.now())}/receipts/{event.pk}/"
    few = queries(signed_in(alice), mine), queries(Client(), by_link)
    fill(ROUNDS)
    assert (queries(signed_in(alice), mine), queries(Client(), by_link)) == few
    assert few[0] <= 12 and few[1] <= 8
