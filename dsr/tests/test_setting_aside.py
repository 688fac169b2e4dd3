"""Spam and duplicates leave the queue in bulk, with a line in the history of each, and can come back."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from dsr.correspondence.models import Message
from dsr.models import Contact, HistoryRow, RequestItem, SubjectRequest
from dsr.services.reopening import reopen
from dsr.services.setting_aside import set_aside
from dsr.states import Right, State
from dsr.tests.doors import file, filed_and_confirmed, mails
from privacy.audit.models import AuditEvent
from privacy.jobs.models import OutboxMessage
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import InvalidInput
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
pytestmark = pytest.mark.django_db
LIST = "/console/dsr/subjectrequest/?show=all"
INDEX = {"email": "alice@example.com", "name": "Alice"}


@pytest.fixture
def make(make_case: MakeCase) -> MakeCase:
    def one(days: int = 3, **more: object) -> SubjectRequest:
        case = make_case(received_at=clock.now() - dt.timedelta(days=days), **more)
        Contact.objects.filter(subject_request=case).update(index=blind_index("email", "alice@example.com"))
        return case

    return one


def choose(client: Client, action: str, *cases: SubjectRequest, sure: bool = True) -> str:
    values = {"action": action, "_selected_action": [str(case.pk) for case in cases]}
    answer = client.post(LIST, {**values, **({"sure": "yes"} if sure else {})}, follow=True)
    return answer.content.decode()


def state_of(case: SubjectRequest) -> str:
    case.refresh_from_db()
    return case.state


def test_spam_in_bulk_asks_first_and_writes_to_nobody(lena: User) -> None:
    for number in range(3):
        file(Client(), f"spam{number}@example.com")
    cases, sent = list(SubjectRequest.objects.all()), OutboxMessage.objects.count()
    client = signed_in(lena)
    asked = choose(client, "as_spam", *cases, sure=False)
    assert "Set 3 requests aside as no request at all?" in asked and state_of(cases[0]) == State.UNCONFIRMED
    assert "3 set aside" in choose(client, "as_spam", *cases)
    assert {state_of(case) for case in cases} == {State.SPAM} and OutboxMessage.objects.count() == sent
    rows = HistoryRow.objects.filter(kind="spam")
    assert {row.actor_id for row in rows} == {lena.pk} and rows.count() == 3
    assert AuditEvent.objects.filter(type="dsr.history", target_id=cases[0].pk, actor_id=lena.pk).exists()
    assert cases[0].reference not in client.get("/console/dsr/subjectrequest/?show=unverified").content.decode()


def test_a_duplicate_hands_its_words_to_the_earlier_one(make: MakeCase, lena: User) -> None:
    first, second = make(9), make(2)
    Message.objects.create(subject_request=second, medium="mail", text="Please", at=clock.now(), source_key="k" * 64)
    page = choose(signed_in(lena), "as_duplicates", first, second)
    assert "1 set aside" in page and f"{first.reference} was left" in page
    assert (state_of(first), state_of(second)) == (State.RECEIVED, State.DUPLICATE)
    assert Message.objects.get().subject_request == first
    assert HistoryRow.objects.get(kind="duplicate").detail == first.reference
    assert HistoryRow.objects.get(kind="duplicate_joined").detail == second.reference


def test_what_asks_for_more_or_is_surer_is_no_duplicate(make: MakeCase, lena: User) -> None:
    make(9)
    more = make(2)
    RequestItem.objects.create(subject_request=more, right=Right.ACCESS)
    actor = Actor.staff(lena.pk)
    result = set_aside(cases=[more.pk], ending="duplicate", actor=actor, now=clock.now())
    assert result.done == 0 and "asks for all of it" in result.left[0][1] and state_of(more) == State.RECEIVED
    SubjectRequest.objects.exclude(pk=more.pk).update(state=State.UNCONFIRMED)
    RequestItem.objects.filter(subject_request=more, right=Right.ACCESS).delete()
    assert set_aside(cases=[more.pk], ending="duplicate", actor=actor, now=clock.now()).done == 0


def test_it_can_be_opened_again_with_its_day(make: MakeCase, lena: User) -> None:
    case = make(9)
    received_at, actor = case.received_at, Actor.staff(lena.pk)
    set_aside(cases=[case.pk], ending="spam", actor=actor, now=clock.now())
    case.refresh_from_db()
    reopen(subject_request=case, rights=["erasure"], reason="our_mistake", actor=actor, now=clock.now())
    assert state_of(case) == State.RECEIVED and case.received_at == received_at and case.closed_at is None


def test_what_is_under_way_is_left(make: MakeCase, lena: User) -> None:
    case = make(state=State.RUNNING)
    result = set_aside(cases=[case.pk], ending="spam", actor=Actor.staff(lena.pk), now=clock.now())
    assert result.done == 0 and result.left[0][0] == case.reference and state_of(case) == State.RUNNING


def test_bad_choices_are_refused(lena: User) -> None:
    for values in ({"cases": [], "ending": "spam"}, {"cases": [lena.pk], "ending": "closed"}):
        with pytest.raises(InvalidInput):
            set_aside(**values, actor=Actor.staff(lena.pk), now=clock.now())


def test_who_may_not_work_on_requests_sets_nothing_aside(mallory: User, omar: User) -> None:
    case, _ = filed_and_confirmed(Client())
    for user in (mallory, omar):
        choose(signed_in(user), "as_spam", case)
    assert state_of(case) == State.RECEIVED and mails()
