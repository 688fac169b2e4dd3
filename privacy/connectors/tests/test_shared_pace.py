"""All processes together keep the pace of a service: here two, each with a connection of its own."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from privacy.connectors.models import ServicePace
from privacy.connectors.tests.serving import Call, Reply, serving
from privacy.connectors.web.calling import WebClient
from privacy.connectors.web.pace import SharedPace

pytestmark = pytest.mark.django_db(transaction=True)
PACE, CALLS = 25, 6


def at_once(work: Callable[[], None]) -> None:
    """Twice, in threads with connections of their own."""
    gate, faults = threading.Barrier(2), list[Exception]()

    def run() -> None:
        try:
            gate.wait(10)
            work()
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert not faults


def test_two_clients_of_one_system_call_no_oftener_than_one_may() -> None:
    calls: list[float] = []

    def answer(_: Call) -> Reply:
        calls.append(time.monotonic())
        return 200, {}, b"{}"

    with serving(answer) as base:

        def work() -> None:
            client = WebClient(base, is_inside=True, calls_a_second=PACE, shared_as="crm")
            for _ in range(CALLS):
                client.get("x")

        began = time.monotonic()
        at_once(work)
    assert len(calls) == 2 * CALLS
    assert max(calls) - began >= (2 * CALLS - 1) / PACE  # as one client would have taken
    for number, moment in enumerate(sorted(calls)):
        assert moment - began >= number / PACE - 0.005  # and no call came before its place


def test_no_two_take_the_same_place() -> None:
    places: list[float] = []
    pace = SharedPace("crm")
    at_once(lambda: places.extend([time.time() + pace.take(10.0) for _ in range(20)]))
    first, *others = sorted(places)
    assert len(others) == 39
    for number, place in enumerate(others, start=1):
        assert place - first == pytest.approx(10.0 * number, abs=5)


def test_systems_do_not_wait_for_each_other_and_time_that_passed_is_not_saved_up() -> None:
    crm, shop = SharedPace("crm"), SharedPace("shop")
    assert crm.take(60.0) == 0 and shop.take(60.0) == 0
    assert 55 < crm.take(60.0) <= 60
    ServicePace.objects.filter(key="shop").update(free_at=time.time() - 3600)
    assert shop.take(60.0) == 0 and shop.take(60.0) > 55  # an idle hour allows no burst


def test_a_service_that_asks_to_be_left_alone_is_so_by_everybody() -> None:
    waited: list[float] = []
    answers = iter([(429, {"Retry-After": "7"}, b""), (200, {}, b"{}")])
    with serving(lambda _: next(answers)) as base:
        WebClient(base, is_inside=True, shared_as="crm", wait=waited.append).get("x")
    assert waited[0] == 7.0 and 6 < SharedPace("crm").take(0.1) <= 7.3


def test_a_transaction_takes_no_place_that_others_would_wait_for() -> None:
    with transaction.atomic():
        assert SharedPace("crm").take(60.0) == 0
    assert not ServicePace.objects.exists()
