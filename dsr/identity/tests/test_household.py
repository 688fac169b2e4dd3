"""A household that asks together gets nothing before each adult is verified; a shared phone makes nobody one person."""

from collections.abc import Callable

import pytest

from accounts.models import User
from accounts.selectors import find_subjects
from accounts.services import add_identifier
from dsr.identity.selectors import reached
from dsr.identity.services.household import note_household
from dsr.models import HistoryRow, SubjectRequest
from dsr.outcomes import Decision
from dsr.services import answering, planning
from dsr.services.finishing import finish_opt_outs
from dsr.states import Right
from dsr.tests.conftest import Shop
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.models import SubjectAlias
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
Asking = Callable[..., SubjectRequest]


def note(case: SubjectRequest, user: User, adults: int, verified: int) -> None:
    note_household(subject_request=case, adults=adults, verified=verified, actor=Actor.staff(user.pk), now=clock.now())


def again(case: SubjectRequest) -> SubjectRequest:
    return SubjectRequest.objects.get(pk=case.pk)


def test_nothing_leaves_before_each_adult_is_verified(make_case: Asking, shop: Shop, lena: User) -> None:
    case = make_case()
    actor = Actor.staff(lena.pk)
    note(case, lena, 3, 2)
    with pytest.raises(DomainError, match="1 of its adults") as wrong:
        planning.prepare_erasure(subject_request=again(case), actor=actor, now=clock.now())
    assert wrong.value.code == "unidentified" and not [one for one in reached(again(case)) if one.is_reached]
    note(case, lena, 3, 3)
    assert planning.prepare_erasure(subject_request=again(case), actor=actor, now=clock.now())
    details = HistoryRow.objects.filter(kind="household_noted").order_by("at").values_list("detail", flat=True)
    assert list(details) == ["2/3", "3/3"]


def test_a_copy_waits_too_an_opt_out_and_a_refusal_do_not(
    asking: Asking, shop: Shop, lena: User, nora: User, demo_policy: object
) -> None:
    case = asking(Right.ACCESS)
    note(case, lena, 2, 1)
    with pytest.raises(DomainError, match="household"):
        answering.build_again(subject_request=again(case), actor=Actor.staff(lena.pk), now=clock.now())
    item = again(case).items.get()
    decision = Decision("refused", "We could not verify each of you.", "cannot_identify")
    answering.answer_item(item=item, decision=decision, actor=Actor.staff(lena.pk), now=clock.now())
    other = asking(Right.MARKETING_OBJECTION, reference="K-house")
    note(other, lena, 2, 0)
    finish_opt_outs(subject_request=again(other), actor=SYSTEM, now=clock.now())
    assert again(other).items.get().outcome == "fulfilled"


def test_bad_numbers_name_their_field_and_the_page_notes(make_case: Asking, shop: Shop, lena: User) -> None:
    case = make_case()
    for adults, verified, field in ((1, 0, "adults"), (21, 0, "adults"), (-1, 0, "adults"), (2, 3, "verified")):
        with pytest.raises(InvalidInput) as wrong:
            note(case, lena, adults, verified)
        assert wrong.value.field == field
    client, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/who/"
    client.post(f"{path}act/", {"act": "household", "adults": "two", "verified": ""})
    assert "not verified" not in client.get(path).content.decode()
    client.post(f"{path}act/", {"act": "household", "adults": "2", "verified": "1"})
    page = client.get(path).content.decode()
    assert "1 of its adults is not verified" in page and "not yet" in page


def test_people_who_share_a_phone_stay_two(alice: User, bob: User) -> None:
    def has_phone(user: User) -> None:
        add_identifier(
            subject=user.subject, kind="phone", value="+49 30 1234567", source="desk", actor=SYSTEM, now=clock.now()
        )

    has_phone(alice)
    with pytest.raises(DomainError, match="another person"):
        has_phone(bob)
    assert find_subjects("phone", "+49301234567") == [alice.subject_id]
    assert not SubjectAlias.objects.exists()
