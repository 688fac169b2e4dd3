"""Article 19: who received the data is told of its erasure, correction or restriction, once, with its delivery."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from dsr.models import HistoryRow, RequestItem, SubjectRequest
from dsr.notices.models import Notice, NoticeRoute, Task
from dsr.notices.promises import check_notices
from dsr.notices.selectors import told_about
from dsr.notices.services import follow_notices, settle_notice
from dsr.outcomes import Decision
from dsr.services import answering, approving, planning
from dsr.services.links import make_link
from dsr.states import State
from dsr.status_page import status_page
from dsr.tests.conftest import Shop, approve_open
from privacy.jobs.models import CapturedMail, OutboxMessage, SendState
from privacy.jobs.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.policy.board import ControlState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db

MakeCase = Callable[..., SubjectRequest]
WORDS = "We looked at every place where this could be."
FAR = "The company was dissolved and has no successor."


def route(**more: object) -> NoticeRoute:
    return NoticeRoute.objects.create(**{"code": "acme", "label": "Acme Ltd", "email": "privacy@acme.example", **more})


def erase(case: SubjectRequest, lena: User, nora: User) -> None:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()
    case.refresh_from_db()
    assert case.state == State.CLOSED


@pytest.mark.promise(46)
def test_an_erasure_tells_whoever_received_the_data_by_mail(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, partner: str
) -> None:
    route()
    case = make_case()
    erase(case, lena, nora)
    notice = Notice.objects.get()  # bob's partner hears nothing
    assert (notice.recipient, notice.event, notice.way) == ("acme", "erased", "mail")
    (mail,) = [one for one in CapturedMail.objects.all() if one.recipient == "privacy@acme.example"]
    assert "alice@example.com" in mail.text and "erased" in mail.text and case.reference in mail.text
    assert OutboxMessage.objects.get(template="dsr.notice").secret_text == ""  # nothing of her stays with the mail
    follow_notices(now=clock.now())
    notice.refresh_from_db()
    assert notice.state == "sent" and notice.sent_at
    settle_notice(notice=notice, outcome="acknowledged", words="", actor=Actor.staff(lena.pk), now=clock.now())
    (told,) = told_about(case)
    assert (told.label, told.event, told.state) == ("acme", "erased", "acknowledged")
    assert [(line.name, line.text) for line in status_page(case).told] == [("acme", "confirmed that they know")]
    token = make_link(subject_request=case, kind="status", now=clock.now())
    page = Client().get(f"/requests/status/{token}/").content.decode()
    assert "<strong>acme</strong> confirmed that they know" in page
    with pytest.raises(StaleState):
        settle_notice(notice=notice, outcome="sent", words="", actor=Actor.staff(lena.pk), now=clock.now())
    assert HistoryRow.objects.filter(kind="recipients_told").count() == 1
    assert check_notices().state is ControlState.GREEN


@pytest.mark.promise(46)
def test_by_signed_event_with_keyed_references_and_no_plain_data(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, partner: str
) -> None:
    endpoint = WebhookEndpoint.objects.create(
        label="Acme", url="https://acme.example/hook", topics="consent.changed", hash_key="k", must_acknowledge=True
    )
    route(endpoint=endpoint)
    erase(make_case(), lena, nora)
    delivery = WebhookDelivery.objects.get()
    body = json.loads(delivery.body)
    assert body["type"] == "subject.erased" and "alice" not in delivery.body
    assert len(body["data"]["subject"]["refs"]) == 1 and body["data"]["subject"]["hashes"][0]["kind"] == "email"
    WebhookDelivery.objects.update(state=DeliveryState.ACCEPTED, accepted_at=clock.now())
    follow_notices(now=clock.now())
    assert Notice.objects.get().state == "acknowledged"


@pytest.mark.promise(46)
def test_what_cannot_be_delivered_or_has_no_route_is_a_persons_task(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, partner: str
) -> None:
    route()
    case = make_case(due_on=clock.local_date(clock.now(), settings.KEPT_TIME_ZONE) + dt.timedelta(days=5))
    erase(case, lena, nora)
    notice = Notice.objects.get()
    OutboxMessage.objects.filter(template="dsr.notice").update(state=SendState.GIVEN_UP)
    follow_notices(now=clock.now())
    follow_notices(now=clock.now())
    task = Task.objects.get()
    assert task.notice == notice and not task.is_blocking and task.due_on <= case.due_on  # type: ignore[operator]  # it has one
    with pytest.raises(InvalidInput):
        settle_notice(notice=notice, outcome="exempt", words="no", actor=Actor.staff(lena.pk), now=clock.now())
    settle_notice(notice=notice, outcome="exempt", words=FAR, actor=Actor.staff(lena.pk), now=clock.now())
    task.refresh_from_db()
    assert task.state == "done" and Notice.objects.get().reason == FAR


def test_whoever_hears_of_everybody_is_told_and_without_a_route_a_person_tells(
    make_case: MakeCase, shop: Shop, lena: User, nora: User, partner: str
) -> None:
    route(code="hosting", label="Hosting", email="", hears_all=True)
    erase(make_case(), lena, nora)
    assert sorted(Notice.objects.values_list("recipient", "way")) == [("acme", "task"), ("hosting", "task")]
    assert Task.objects.filter(is_blocking=False).count() == 2


@pytest.mark.parametrize(("right", "event"), [("rectification", "rectified"), ("restriction", "restricted")])
def test_corrections_and_restrictions_are_told_too_and_refusals_are_not(
    make_case: MakeCase, lena: User, partner: str, right: str, event: str
) -> None:
    route()
    for outcome, ground in (("fulfilled", ""), ("refused", "unfounded")):
        case = make_case()
        case.items.all().delete()
        item = RequestItem.objects.create(subject_request=case, right=right)
        decision = Decision(outcome, words=WORDS, ground=ground)
        answering.answer_item(item=item, decision=decision, actor=Actor.staff(lena.pk), now=clock.now())
        approve_open(case)
        answering.send_answer(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert list(Notice.objects.values_list("event", flat=True)) == [event]


def test_the_page_shows_and_settles_in_a_fixed_number_of_questions(
    make_case: MakeCase,
    shop: Shop,
    lena: User,
    nora: User,
    partner: str,
    django_assert_num_queries: Any,
) -> None:
    case = make_case()
    erase(case, lena, nora)
    client, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/tasks/"
    client.get(path)
    with django_assert_num_queries(6):
        page = client.get(path).content.decode()
    assert "acme" in page and "by a person" in page
    notice = Notice.objects.get()
    assert client.post(path, {"row": notice.pk, f"{notice.pk}-outcome": "exempt"}).status_code == 200
    client.post(path, {"row": notice.pk, f"{notice.pk}-outcome": "sent"})
    assert Notice.objects.get().state == "sent"
    other = make_case()
    assert client.post(f"/console/dsr/subjectrequest/{other.pk}/tasks/", {"row": notice.pk}).status_code == 404
