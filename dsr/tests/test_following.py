"""Following one's own requests: by account and by link; another person's does not exist."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.services import merge_subjects
from dsr.models import CaseLink, ErasurePlan, HistoryRow, RequestItem, SubjectRequest
from dsr.services import approving, planning
from dsr.states import State
from dsr.tests.conftest import Shop
from dsr.tests.doors import file, filed_and_confirmed, links, mails, plain
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import StaleState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


def answered(case: SubjectRequest, lena: User, nora: User) -> None:
    run_until_empty()  # the acknowledgement has left before anybody prepares
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()


def test_from_the_account_it_is_confirmed_at_once(alice: User) -> None:
    client = signed_in(alice)
    page = client.get("/requests/new/").content.decode()
    assert 'name="email"' not in page and "alice@example.com" in page
    answer = client.post("/requests/new/", {"rights": ["access", "erasure"]})
    case = SubjectRequest.objects.get()
    assert answer.headers["Location"] == f"/requests/{case.pk}/"
    assert (case.state, case.identity_level, case.subject_id) == (State.RECEIVED, "V1", alice.subject_id)
    assert [mail.subject for mail in mails()] == [f"We received your request {case.reference}"]
    assert (
        client.post("/requests/new/", {"rights": ["erasure", "access"]}).headers["Location"] == f"/requests/{case.pk}/"
    )
    assert SubjectRequest.objects.count() == 1
    assert client.post("/requests/new/", {"rights": []}).status_code == 400


def test_the_list_and_another_persons_request(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries, make_case: MakeCase
) -> None:
    mine, other = make_case(), make_case(subject=bob.subject)
    client = signed_in(alice)
    assert mine.reference in (page := client.get("/requests/").content.decode()) and other.reference not in page
    missing = client.get(f"/requests/{uuid.uuid4()}/")
    for answer in (client.get(f"/requests/{other.pk}/"), client.post(f"/requests/{other.pk}/", {"act": "withdraw"})):
        assert (answer.status_code, plain(answer)) == (404, plain(missing))
    other.refresh_from_db()
    assert other.state == State.RECEIVED and not HistoryRow.objects.exists()
    assert client.get("/requests/not-an-id/").status_code == 404
    anonymous = Client().get(f"/requests/{mine.pk}/")
    assert anonymous.status_code == 302 and anonymous.headers["Location"].startswith("/accounts/login/")
    make_case()
    with django_assert_num_queries(5):
        client.get("/requests/")
    for _ in range(5):
        make_case()
    with django_assert_num_queries(5):
        client.get("/requests/")


def test_without_an_account_the_list_explains(alice: User) -> None:
    page = Client().get("/requests/").content.decode()
    assert "/requests/new/" in page and "/requests/resend/" in page
    assert "You have not filed a request yet" in signed_in(alice).get("/requests/").content.decode()


def test_a_merged_person_sees_the_requests_of_both(alice: User, bob: User, make_case: MakeCase) -> None:
    case = make_case()
    merge_subjects(subject_id=alice.subject_id, canonical_id=bob.subject_id, actor=SYSTEM, now=clock.now())
    assert signed_in(bob).get(f"/requests/{case.pk}/").status_code == 200


def test_the_status_page_tells_what_happened_until_the_letter(
    lena: User, nora: User, alice: User, shop: Shop, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case, path = filed_and_confirmed(Client(), "alice@example.com")
    page = Client().get(path).content.decode()
    assert "You confirmed your address" in page and 'id="letters"' not in page and "Withdraw it" in page
    answered(case, lena, nora)
    with django_assert_max_num_queries(13):
        page = Client().get(path).content.decode()
    for words in ("Answered", "A second person approved", "WHAT WE DID", "Fingerprint", "We wrote our answer to you"):
        assert words in page
    assert "Withdraw it" not in page and page.index("The erasure began") < page.index("is answered and closed")


def test_an_old_link_shows_no_letter_and_can_mail_a_fresh_one(lena: User, nora: User, alice: User, shop: Shop) -> None:
    case, path = filed_and_confirmed(Client(), "alice@example.com")
    answered(case, lena, nora)
    CaseLink.objects.update(created_at=clock.now() - dt.timedelta(minutes=11))
    client = Client()
    page = client.get(path).content.decode()
    assert "WHAT WE DID" not in page and "Mail me a fresh link" in page
    client.post(path, {"act": "mail_link"})
    fresh = links(mails()[-1], "status")[0]
    assert fresh != path and "WHAT WE DID" in client.get(fresh).content.decode()


def test_withdraw_by_a_post_while_it_is_possible(alice: User, lena: User, nora: User, shop: Shop) -> None:
    case, path = filed_and_confirmed(Client(), "alice@example.com")
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    client = Client()
    client.post(path, {"act": "something"})
    case.refresh_from_db()
    assert case.state == State.PREPARED
    assert client.post(path, {"act": "withdraw"}).headers["Location"] == path
    case.refresh_from_db()
    assert (case.state, ErasurePlan.objects.get().state) == (State.WITHDRAWN, "discarded")
    assert case.closed_at and case.contact.erase_on
    with pytest.raises(StaleState):
        approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    page = client.post(path, {"act": "withdraw"}, follow=True).content.decode()
    assert "cannot be withdrawn any more" in page and HistoryRow.objects.filter(kind="withdrawn").count() == 1


def test_several_rights_are_items_of_one_request() -> None:
    file(Client(), "carol@example.com", "erasure", "objection")
    client = Client()
    path = client.post(links(mails()[-1], "confirm")[0]).headers["Location"]
    page = client.get(path).content.decode()
    assert SubjectRequest.objects.count() == 1 and RequestItem.objects.count() == 2
    assert "Delete my data" in page and "Stop a certain use" in page
