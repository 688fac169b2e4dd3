"""The case page in the console: opening it shows personal data, so it is an act."""

from collections.abc import Callable

import pytest

from accounts.models import User
from dsr.models import SubjectRequest
from privacy.audit.models import AuditEvent
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
pytestmark = pytest.mark.django_db


def openings() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(type="dsr.viewed"))


def page_of(case: SubjectRequest) -> str:
    return f"/console/dsr/subjectrequest/{case.pk}/change/"


def test_opening_a_case_is_an_act_of_its_reader(make_case: MakeCase, lena: User) -> None:
    case = make_case()
    assert "alice@example.com" in signed_in(lena).get(page_of(case)).content.decode()
    [event] = openings()
    assert (event.actor_id, event.target_id, event.subject_id) == (lena.pk, case.pk, case.subject_id)
    assert "alice" not in event.payload


def test_who_is_not_let_in_has_opened_nothing(make_case: MakeCase, mallory: User, omar: User) -> None:
    case = make_case()
    for person in (mallory, omar):
        assert signed_in(person).get(page_of(case)).status_code in {302, 403}
    assert openings() == []
