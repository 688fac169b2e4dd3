"""Several querysets in one statement: each has what it would have had by itself."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dsr.models import CaseNote, Clock, HistoryRow, RequestItem, SubjectRequest
from privacy.kernel.together import fetch_together
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)


@pytest.fixture
def cases(alice: User) -> list[SubjectRequest]:
    """Three of alice: one without a safe day, one with a note of hers."""
    days = (DAY, None, DAY - dt.timedelta(days=1))
    made = [
        CaseFactory.create(subject=alice.subject, reference=f"K-T{n}", safe_on=day, due_on=day)
        for n, day in enumerate(days)
    ]
    CaseNote.objects.create(subject_request=made[0], kind="message", text='Ça, "quoted" 100 %s')
    CaseNote.objects.create(subject_request=made[0], kind="staff", text="")
    return made


def test_each_has_the_rows_the_order_and_the_types_that_it_would_have_had(
    cases: list[SubjectRequest], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def asked() -> list[Any]:
        return [
            SubjectRequest.objects.select_related("subject", "contact").order_by(F("safe_on").asc(nulls_last=True)),
            RequestItem.objects.select_related("subject_request").order_by("-subject_request__reference", "right"),
            CaseNote.objects.filter(subject_request=cases[0]).order_by("kind"),
            CaseNote.objects.filter(subject_request=cases[1]),
            HistoryRow.objects.filter(subject_request_id__in=[case.pk for case in cases]).order_by("at", "id"),
            SubjectRequest.objects.order_by("-reference")[:2],
            SubjectRequest.objects.order_by("reference")[1:2],
            Clock.objects.none(),
            CaseNote.objects.order_by().values_list("kind", "subject_request__received_at").filter(kind="staff"),
        ]

    alone, together = asked(), asked()
    with django_assert_num_queries(1):
        fetch_together(*together)
        found = [list(rows) for rows in together]
        cities = [case.subject for case in found[0]], [getattr(case, "contact", None) for case in found[0]]
    expected = [list(rows) for rows in alone]
    assert found == expected and cities[0] == [case.subject for case in expected[0]]
    assert [row.reference for row in found[0]] == ["K-T2", "K-T0", "K-T1"]
    assert [len(rows) for rows in found[:4]] == [3, len(expected[1]), 2, 0] and len(found[5]) == 2
    for mine, other in zip(found[0], expected[0], strict=True):
        plain = [field.attname for field in SubjectRequest._meta.concrete_fields]
        assert {name: getattr(mine, name) for name in plain} == {name: getattr(other, name) for name in plain}
        assert isinstance(mine.pk, uuid.UUID) and isinstance(mine.received_at, dt.datetime)
    assert [note.text for note in found[2]] == ['Ça, "quoted" 100 %s', ""]


def test_nothing_to_ask_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    empty = SubjectRequest.objects.filter(pk__in=[])
    with django_assert_num_queries(0):
        fetch_together()
        fetch_together(empty)
        assert list(empty) == []
