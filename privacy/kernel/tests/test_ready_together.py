"""Several ready querysets in one statement: each answer is the one that the queryset itself would give."""

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from dsr.models import RequestItem, SubjectRequest
from privacy.kernel.ready_together import ReadyTogether
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
TOGETHER = ReadyTogether(
    lambda subjects, _: SubjectRequest.objects.filter(Q(subject_id=None) | Q(subject_id__in=subjects)).order_by(
        "-reference"
    ),
    lambda _, cases: (
        RequestItem.objects.filter(subject_request__in=cases)
        .select_related("subject_request", "answer")
        .order_by("right")
    ),
    lambda subjects, _: SubjectRequest.objects.none(),
    lambda subjects, _: SubjectRequest.objects.filter(subject_id__in=subjects).order_by().values_list("pk", "due_on"),
    lambda subjects, _: (
        RequestItem.objects.filter(subject_request__subject__in=subjects).order_by().values_list("right", flat=True)
    ),
)


def test_each_gives_what_it_gives_by_itself(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [
        CaseFactory.create(subject=user.subject, reference=f"K-T{number}")
        for number, user in enumerate((alice, bob, alice))
    ]
    for subjects in ([alice.subject_id], [bob.subject_id], [alice.subject_id, bob.subject_id]):
        keys = [case.pk for case in cases]
        TOGETHER.all(subjects, keys)  # put together
        with django_assert_num_queries(1):
            ours, items, nothing, pairs, rights = TOGETHER.all(subjects, keys)
            assert all(item.subject_request.reference for item in items)  # it came along
        assert ours == list(SubjectRequest.objects.filter(subject_id__in=subjects).order_by("-reference"))
        assert [item.pk for item in items] == [
            item.pk for item in RequestItem.objects.filter(subject_request__in=keys).order_by("right")
        ]
        assert nothing == []
        assert {*pairs} == {(case.pk, case.due_on) for case in cases if case.subject_id in subjects}
        assert sorted(rights) == sorted(
            RequestItem.objects.filter(subject_request__subject__in=subjects).values_list("right", flat=True)
        )


def test_one_of_none_is_not_asked_for(alice: User) -> None:
    case = CaseFactory.create(subject=alice.subject)
    ours, items, *others = TOGETHER.all([], [case.pk])
    assert ours == list(SubjectRequest.objects.filter(subject_id__isnull=True))
    assert len(items) == RequestItem.objects.filter(subject_request=case).count()
    assert others == [[], [], []]


def test_none_is_no_value(alice: User) -> None:
    with pytest.raises(ValueError, match="NULL"):
        TOGETHER.all([None], [alice.pk])
