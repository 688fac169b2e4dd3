"""A customer's systems and desks are asked about its own people, and about nobody of ours."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.opendsr.controllers import keep_controller
from dsr.opendsr.tests.conftest import Customer, MakeCustomer
from dsr.opendsr.tests.test_faults import begin, file, page
from dsr.services import planning
from dsr.tests.conftest import Shop, asking, make_case  # noqa: F401 - fixtures
from privacy.connectors.desks.answering import Given, Line, answer_question
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.tending import desks, tend_questions
from privacy.jobs.models import Job
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.pages.people import person_by_email
from privacy.personal_data.contract import Action, Handler, HandlerUnavailable, handlers
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
PROOF = "Every folder was opened, and what went is in the shredder's list."


def keys() -> set[str]:
    return {handler.key for handler in handlers.all() if handler.system != "kept"}


def test_our_own_people_are_not_looked_up_in_it(
    make_customer: MakeCustomer,
    shop: Shop,
    alice: User,
    lena: User,
    make_case: MakeCase,  # noqa: F811
) -> None:
    assert keys() == {"shop"}
    acme = make_customer("Acme", "shop")
    assert keys() == set() and handlers.reserved() == {"shop": "Acme"} and handlers.get("shop").key == "shop"
    case: SubjectRequest = make_case()
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert "shop" not in str(plan.frozen)
    text = signed_in(alice).get("/my-data/").content.decode()
    assert shop.label not in text
    about: dict[str, Any] = {
        "customer": acme.controller.customer,
        "callback_domains": "",
        "actor": OPERATOR,
        "now": clock.now(),
    }
    keep_controller(systems=[], **about)
    assert keys() == {"shop"}  # it is ours again


def test_its_own_requests_are_asked_there(acme: Customer, shop: Shop, nora: User) -> None:
    row = file(acme, subject_request_type="erasure")
    begin(nora, row)
    run_until_empty()
    row.refresh_from_db()
    assert row.status == "completed" and row.results_count


@pytest.fixture
def archive(db: None, tmp_path: Path) -> Handler:
    """A paper archive that we keep for a customer."""
    make_user("paula@kept.example", is_staff=True)
    path = tmp_path / "systems.yaml"
    path.write_text(
        "systems:\n  - {key: archive, kind: desk, label: Paper archive, owner: paula@kept.example, holds: [letters]}\n"
    )
    call_command("connect", str(path), stdout=io.StringIO())
    return handlers.get("archive")


def answer(question: DeskQuestion, **line: Any) -> None:
    paula = User.objects.get(email="paula@kept.example")
    given = Given(PROOF, {"letters": Line(**line)}, {})
    answer_question(question=question, spec=desks()[0], given=given, actor=Actor.staff(paula.pk), now=clock.now())


def test_its_desk_is_asked_about_its_people_and_not_about_ours(
    archive: Handler,
    make_customer: MakeCustomer,
    asking: MakeCase,  # noqa: F811 - the fixture
    nora: User,
) -> None:
    ours: SubjectRequest = asking("erasure")
    acme = make_customer("Acme", "archive")
    tend_questions(now=clock.now())
    assert not DeskQuestion.objects.exists()
    row = file(acme, subject_request_type="erasure")
    assert "have not been asked" in signed_in(nora).get(page(row)).content.decode()
    tend_questions(now=clock.now())
    tend_questions(now=clock.now())
    question = DeskQuestion.objects.get()
    assert (question.subject_id, question.about) == (None, row.case_id) and question.about != ours.pk
    answer(question, found=2)
    begin(nora, row)
    run_until_empty()
    erased = DeskQuestion.objects.get(ask="erase")
    answer(erased, removed=2)
    Job.objects.filter(state="ready").update(run_after=clock.now())
    run_until_empty()
    looked = DeskQuestion.objects.get(ask="verify")
    assert looked.person_mac == question.person_mac != ""
    answer(looked, found=0)
    Job.objects.filter(state="ready").update(run_after=clock.now())
    run_until_empty()
    row.refresh_from_db()
    assert (row.status, row.results_count) == ("completed", 2)
    tend_questions(now=clock.now())
    assert not DeskQuestion.objects.exclude(state="closed").exists()
    assert set(DeskQuestion.objects.values_list("identities", flat=True)) == {""}


def test_another_customers_question_is_not_its_answer(archive: Handler, make_customer: MakeCustomer) -> None:
    acme = make_customer("Acme", "archive")
    file(acme, subject_request_type="erasure")
    tend_questions(now=clock.now())
    answer(DeskQuestion.objects.get(), found=2)
    person = person_by_email("somebody@else.example")
    with pytest.raises(HandlerUnavailable, match="have not been asked"):
        handlers.get("archive").plan(person, Action.ERASE, now=clock.now())
