"""Every page of the console that has an address of its own, or one of a case, asks at most twelve questions, and no
more when there is more to show: found through the site's own addresses, so that a new page cannot be forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

from accounts.models import User
from consent.terms import forget_terms
from dsr.decisions.selectors import REGISTERS
from dsr.models import SubjectRequest
from dsr.services import planning
from dsr.tests.starting import start_clocks
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.pages.tests.test_number_of_queries import MARKS, MOST, Fill, boss, case, fill
from privacy.testing.cast import signed_in
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
__all__ = ["boss", "case", "fill"]
FEW, MANY = 2, 12
OK = 200


def names() -> Iterator[str]:
    """Every name that an address of the console has."""
    waiting: list[Any] = list(console.urls[0])
    while waiting:
        one: URLPattern | URLResolver = waiting.pop()
        if isinstance(one, URLResolver):
            waiting += one.url_patterns
        elif one.name:
            yield one.name


def addresses(**keys: Any) -> Iterator[str]:
    """Each of them where it needs nothing, or where one of these keys is what it needs."""
    registers = [{"name": name} for name in REGISTERS]
    known = [{}, *({"pk": key} for key in keys.values()), *registers, {"year": 2026}, {"year": 2026, "number": 11}]
    for name in sorted(set(names())):
        for key in known:
            try:
                yield reverse(f"console:{name}", kwargs=key)
            except NoReverseMatch:
                continue


def counted(client: Client, paths: Iterator[str] | list[str]) -> dict[str, int]:
    """How often each page asks that there is; a page that only takes a POST, or is of another thing, is none."""
    found = {}
    for path in paths:
        forget_terms()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code == OK:
            found[path] = sum(not each["sql"].startswith(MARKS) for each in captured.captured_queries)
    return found


def test_of_every_page(boss: User, lena: User, case: SubjectRequest, fill: Fill) -> None:
    boss.user_permissions.set(Permission.objects.all())
    client, now = signed_in(boss), clock.now()
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=now)
    fill(FEW)
    paths = list(counted(client, addresses(case=case.pk, item=case.items.get().pk, plan=plan.pk)))
    few = counted(client, paths)
    fill(MANY)
    for row in SubjectRequest.objects.exclude(items__clocks__number=1):
        start_clocks(subject_request=row, actor=SYSTEM, now=now)
    CaseFactory.create_batch(MANY, promise_days=None)
    many = counted(client, paths)
    assert len(few) > 80
    assert {path: (few[path], many[path]) for path in paths if many[path] > few[path]} == {}
    assert {path: count for path, count in many.items() if count > MOST} == {}
