"""Help for business customers: a date of its own, and a file with nothing of another customer."""

import datetime as dt
import json
from collections.abc import Callable

import pytest

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.referring.helping import file_of_customer, keep_customer, open_assist
from dsr.referring.models import Assist, BusinessCustomer
from dsr.referring.services import refer
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import InvalidInput
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


@pytest.fixture
def keeper(db: None) -> User:
    return make_user("kay@kept.example", "work_subject_request", "manage_customers", is_staff=True)


def customer(name: str) -> BusinessCustomer:
    return keep_customer(name=name, email=f"x@{name.lower()}.example", actor=SYSTEM, now=clock.now())


def a_day(days: int = 0) -> dt.date:
    return clock.local_date(clock.now(), "Asia/Kolkata") - dt.timedelta(days=days)


def asks(row: BusinessCustomer, days: int = 0) -> Assist:
    return open_assist(
        customer=row, right="erasure", words=f"for {row.name}", asked_on=a_day(days), actor=SYSTEM, now=clock.now()
    )


def state() -> ControlState:
    return next(each for each in controls() if each.code == "referring.assists").answer().state


@pytest.mark.promise(67)
def test_help_is_asked_dated_and_done(keeper: User) -> None:
    acme, client = customer("Acme"), signed_in(keeper)
    url = f"/console/dsr/subjectrequest/customers/{acme.pk}/"
    values = {"right": "access", "words": "Export our contact 17.", "asked_on": a_day(3).isoformat()}
    assert client.post(url, values).status_code == 302
    row = Assist.objects.get()
    assert row.due_on == a_day(3) + dt.timedelta(days=10) and state() is ControlState.GREEN
    Assist.objects.update(due_on=a_day(1))
    assert state() is ControlState.RED
    done = f"/console/dsr/subjectrequest/assists/{row.pk}/done/"
    assert "Write what was done" in client.post(done, {"result": " "}, follow=True).content.decode()
    client.post(done, {"result": "Exported to their mailbox."})
    row.refresh_from_db()
    assert row.done_at and row.done_by == keeper.pk and state() is ControlState.GREEN
    assert "done already" in client.post(done, {"result": "again"}, follow=True).content.decode()


@pytest.mark.promise(67)
def test_a_customer_gets_only_its_own(make_case: MakeCase, keeper: User, lena: User) -> None:
    acme, beta = customer("Acme"), customer("Beta")
    mine, other = make_case(), make_case()
    for case, row in ((mine, acme), (other, beta)):
        refer(subject_request=case, named=row.name, customer=row, actor=SYSTEM, now=clock.now())
        asks(row)
    url = f"/console/dsr/subjectrequest/customers/{acme.pk}/file/"
    assert signed_in(lena).post(url).status_code == 403
    answer = signed_in(keeper).post(url)
    body = json.loads(answer.content)
    assert [row["reference"] for row in body["referrals"]] == [mine.reference]
    assert [row["words"] for row in body["assists"]] == ["for Acme"]
    assert other.reference not in answer.content.decode() and "Beta" not in answer.content.decode()
    assert AuditEvent.objects.filter(type="referring.customer_exported").count() == 1


def test_switched_off_it_gets_anothers() -> None:
    acme = customer("Acme")
    asks(customer("Beta"))
    with switched_off("referring.assists"):
        body = file_of_customer(customer=acme, actor=SYSTEM, now=clock.now())
    assert [row["words"] for row in body["assists"]] == ["for Beta"]


def test_bad_input_names_the_field() -> None:
    acme = customer("Acme")
    with pytest.raises(InvalidInput, match="still to come"):
        asks(acme, days=-2)
    with pytest.raises(InvalidInput, match="before it was asked"):
        open_assist(
            customer=acme,
            right="access",
            words="x",
            asked_on=a_day(),
            due_on=a_day(1),
            actor=SYSTEM,
            now=clock.now(),
        )
