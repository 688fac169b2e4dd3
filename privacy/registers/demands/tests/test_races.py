"""Two at once: one approval of what was read, one row of the ledger."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import StaleState
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.services import approve_demand, carry_out
from privacy.registers.demands.tests.conftest import approve
from privacy.registers.models import Disclosure

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], Any]]) -> tuple[int, list[Exception]]:
    lost: list[Exception] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait(5)
            act()
        except Exception as error:
            lost.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(acts) - len(lost), lost


def approving(row_id: uuid.UUID, version: int, user: User) -> Callable[[], Any]:
    return lambda: approve_demand(demand_id=row_id, version=version, actor=Actor.staff(user.pk), now=clock.now())


@pytest.mark.promise(44)
def test_two_approvals_of_the_same_page_at_once_are_one(
    file: Callable[..., LegalDemand], sven: User, tara: User
) -> None:
    row = file()
    won, lost = at_once([approving(row.pk, 1, sven), approving(row.pk, 1, tara)])
    row.refresh_from_db()
    assert won == 1 and isinstance(lost[0], StaleState) and (row.state, row.second_by) == ("once", None)


@pytest.mark.promise(44)
def test_carried_out_twice_at_once_is_one_disclosure(
    file: Callable[..., LegalDemand], rita: User, sven: User, tara: User
) -> None:
    row = approve(file(), sven, tara)

    def act(user: User) -> Callable[[], Any]:
        return lambda: carry_out(demand_id=row.pk, version=3, actor=Actor.staff(user.pk), now=clock.now())

    won, lost = at_once([act(rita), act(sven)])
    assert won == 1 and isinstance(lost[0], StaleState) and Disclosure.objects.count() == 1
