"""Pages of intake, single permissions and registers ask the database a fixed number of questions too."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from consent.scoped.services import decide_scope
from consent.services import How
from consent.vocabulary import Door
from privacy.intake.models import Collection, CustomerEntry, IntakeCount, Promotion, TellTask, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.selectors import shown_of
from privacy.intake.services.publishing import publish
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.pages.tests.test_number_of_queries import ROUNDS, queries
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import today as local_today
from privacy.registers.models import RecipientFile, RefusedDisclosure
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
OWN = {"/preferences/permissions/": 12, "/my-data/tables/intake.Collection/": 12}
PUBLIC = {"/testimonials/": 12, "/customers/": 12, "/api/v1/testimonials": 10, "/api/v1/customers": 10}
CONSOLE = {
    "/console/intake/collection/": 12,
    "/console/intake/telltask/": 12,
    "/console/intake/testimonial/": 12,
    "/console/intake/customerentry/": 12,
    "/console/intake/promotion/": 12,
    "/console/intake/intakecount/": 12,
    "/console/registers/recipientfile/": 12,
    "/console/registers/disclosure/": 12,
    "/console/registers/refuseddisclosure/": 12,
}
RIGHTS = ("work_subject_request", "tell_people", "publish_people", "manage_recipients")
Fill = Callable[[int], None]


@pytest.fixture
def fill(alice: User, demo_policy: PolicyVersion) -> Fill:
    def public(row: Publication) -> None:
        decide_scope(
            subject_id=alice.subject_id,
            purpose_code=row.purpose,
            scope=row.scope,
            allow=True,
            digest=shown_of(row).digest,
            how=How(Door.SIGNED_IN),
            actor=Actor.subject(alice.subject_id),
            now=clock.now(),
        )
        publish(row=row, actor=SYSTEM, now=clock.now())

    def add(count: int) -> None:
        today = local_today()
        for _ in range(count):
            code = uuid.uuid4().hex[:12]
            named = {"subject": alice.subject, "shown_name": "Alice", "site": "main"}
            public(Testimonial.objects.create(text="Good.", **named))
            public(CustomerEntry.objects.create(**named))
            collection = Collection.objects.create(
                subject=alice.subject,
                touchpoint="trial",
                site="main",
                form=code,
                notice_on=demo_policy.effective_on,
                notice_language="en",
                purpose="account_service",
                minimum_age=13,
            )
            TellTask.objects.create(collection=collection, subject=alice.subject, source="linkedin", due_on=today)
            Promotion.objects.create(code=code, label=code, terms=code, site="main", ends_on=today)
            IntakeCount.objects.create(day=today, site=code, what="number_masked")
            RefusedDisclosure.objects.create(day=today, recipient=code, purpose="", reason="not_given")
            RecipientFile.objects.create(
                code=code, policy_code="stripe", label=code, country="x", uses="x", review_on=today + dt.timedelta(9)
            )

    return add


def test_of_intake_and_registers(alice: User, fill: Fill) -> None:
    boss = signed_in(make_user("boss@kept.example", *RIGHTS, is_staff=True))
    own = signed_in(alice)
    most = {**OWN, **PUBLIC, **CONSOLE}
    browsers = {path: own if path in OWN else boss if path in CONSOLE else Client() for path in most}
    fill(2)
    for path, browser in browsers.items():
        queries(browser, path)  # the first visit of an hour is noted
    few = {path: queries(browser, path) for path, browser in browsers.items()}
    fill(ROUNDS)
    many = {path: queries(browser, path) for path, browser in browsers.items()}
    assert {path: (few[path], many[path]) for path in most if many[path] > few[path]} == {}
    assert {path: count for path, count in many.items() if count > most[path]} == {}
