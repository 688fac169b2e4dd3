"""Querysets that are compiled once: each answer is the one that the queryset itself would give."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Q
from django.db.transaction import TransactionManagementError
from pytest_django import DjangoAssertNumQueries

from accounts.models import Identifier, User
from dsr.models import RequestItem, SubjectRequest
from dsr.states import State
from privacy.kernel.ready import Ready
from privacy.testing.factories import CaseFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)
MOMENT = dt.datetime(2026, 3, 1, 9, 30, 0, 250_000, tzinfo=dt.UTC)


@pytest.fixture
def cases(alice: User) -> list[SubjectRequest]:
    """Three of alice: one without a safe day."""
    days = (DAY, None, DAY - dt.timedelta(days=1))
    return [
        CaseFactory.create(subject=alice.subject, reference=f"K-T{n}", safe_on=day, received_at=MOMENT)
        for n, day in enumerate(days)
    ]


MADE: list[tuple[str, Any, Any]] = [  # what it is, the queryset, its values by the cases
    ("an id", lambda one: SubjectRequest.objects.filter(pk=one), lambda cases: (cases[1].pk,)),
    ("a relation", lambda one: RequestItem.objects.filter(subject_request_id=one), lambda cases: (cases[0].pk,)),
    (
        "a list of relations",
        lambda some: RequestItem.objects.filter(subject_request_id__in=some).order_by("-subject_request__reference"),
        lambda cases: ([cases[0].pk, cases[2].pk],),
    ),
    (
        "across a relation, with it",
        lambda subject, state: (
            RequestItem.objects.filter(subject_request__subject_id=subject, subject_request__state=state)
            .select_related("subject_request", "answer")
            .order_by("subject_request__reference", "right")
        ),
        lambda cases: (cases[0].subject_id, State.RECEIVED),
    ),
    (
        "a day and a moment",
        lambda day, moment: SubjectRequest.objects.filter(safe_on__lte=day, received_at__gte=moment).order_by(
            "safe_on"
        ),
        lambda _: (DAY, MOMENT),
    ),
    (
        "texts of a list, some in the queryset itself",
        lambda some: SubjectRequest.objects.filter(
            Q(reference__in=some) | Q(reference="K-T2"), state__in=[State.RECEIVED]
        ).order_by("-reference"),
        lambda _: (["K-T0", "K-T9"],),
    ),
    (
        "values",
        lambda some: SubjectRequest.objects.filter(pk__in=some).order_by("reference").values_list("pk", "received_at"),
        lambda cases: ([case.pk for case in cases],),
    ),
    (
        "one value",
        lambda one: (
            SubjectRequest.objects.filter(subject_id=one).order_by("reference").values_list("safe_on", flat=True)
        ),
        lambda cases: (cases[0].subject_id,),
    ),
    (
        "a sealed field",
        lambda one: Identifier.objects.filter(subject_id=one).order_by("pk").values_list("value", "created_at"),
        lambda cases: (cases[0].subject_id,),
    ),
    (
        "what is cut off",
        lambda one: SubjectRequest.objects.filter(subject_id=one).order_by("reference")[1:3],
        lambda c: (c[0].subject_id,),
    ),
    ("without some fields", lambda one: SubjectRequest.objects.filter(pk=one).only("reference"), lambda c: (c[0].pk,)),
]


@pytest.mark.parametrize(("make", "values"), [each[1:] for each in MADE], ids=[each[0] for each in MADE])
def test_it_answers_as_the_queryset_does_at_the_first_call_and_at_the_next(
    cases: list[SubjectRequest], make: Any, values: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked, ready = values(cases), Ready(make)
    expected = list(make(*asked))
    assert expected, "the case asks for something"
    for _ in range(2):
        with django_assert_num_queries(1):
            found = ready.all(*asked)
        assert found == expected
        assert [_fields(row) for row in found] == [_fields(row) for row in expected]
    assert ready.first(*asked) == expected[0]
    assert ready.any(*asked) is True
    strangers = [_other(value) for value in asked]
    assert ready.all(*strangers) == list(make(*strangers))
    assert ready.any(*strangers) is make(*strangers).exists()


def _fields(row: Any) -> Any:
    return {name: value for name, value in row.__dict__.items() if name != "_state"} if hasattr(row, "_state") else row


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return [_other(each) for each in value]
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    return value + dt.timedelta(days=-400) if isinstance(value, dt.date) else "nothing"


def test_a_related_row_that_is_not_there_is_not_asked_for_again(
    cases: list[SubjectRequest], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    items = Ready(lambda one: RequestItem.objects.filter(subject_request_id=one).select_related("answer"))
    with django_assert_num_queries(1):
        assert not any(hasattr(item, "answer") for item in items.all(cases[0].pk))


def test_lists_of_other_lengths_are_other_questions(
    cases: list[SubjectRequest], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ready = Ready(lambda some: SubjectRequest.objects.filter(pk__in=some).order_by("reference"))
    for end in (3, 1, 2, 3):
        assert ready.all([case.pk for case in cases[:end]]) == cases[:end]
    with django_assert_num_queries(0):
        assert ready.all([]) == [] and ready.first(()) is None and ready.any([]) is False


def test_long_lists_of_every_length_leave_nothing_behind(cases: list[SubjectRequest]) -> None:
    made: list[int] = []

    def make(some: Any) -> Any:
        made.append(1)
        return SubjectRequest.objects.filter(pk__in=some).order_by("reference")

    ready = Ready(make)
    long = [*(case.pk for case in cases), *(uuid.uuid4() for _ in range(30))]
    assert [ready.all(long), ready.all(long), ready.all(long[:2]), ready.all(long[:2])] == [cases] * 2 + [cases[:2]] * 2
    assert len(made) == 3  # the short one was kept


def test_nothing_is_no_value(cases: list[SubjectRequest]) -> None:
    ready = Ready(lambda day: SubjectRequest.objects.filter(safe_on=day))
    with pytest.raises(ValueError, match="__isnull"):
        ready.all(None)


def test_models_with_annotations_are_refused() -> None:
    with pytest.raises(TypeError, match="annotations"):
        Ready(lambda one: SubjectRequest.objects.filter(pk=one).annotate(n=Count("items"))).all(uuid.uuid4())


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only() -> None:
    user = UserFactory.create()
    ready = Ready(lambda one: User.objects.select_for_update(no_key=True).filter(pk=one))
    with transaction.atomic():
        assert ready.first(user.pk) == user
    with pytest.raises(TransactionManagementError):
        ready.first(user.pk)
