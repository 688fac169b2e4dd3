"""A vendor passes what every connector must. It cannot be searched, so it is asked about whoever is erased."""

import contextlib
import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from privacy.connectors.conformance import NotConforming, check_handler
from privacy.connectors.models import VendorRequest
from privacy.connectors.opendsr.tests.fake import FakeVendor
from privacy.kernel import clock
from privacy.personal_data.contract import HandlerUnavailable, Identity, Person, answering, handlers

pytestmark = pytest.mark.django_db


def named(name: str) -> Person:
    return Person((), (Identity("email", f"{name}@example.com"),))


class VendorWorld:
    """The vendor as a world of the checks. It takes its time over everything."""

    person, other, stranger = named("alice"), named("bob"), named("mallory")
    is_asked_blindly = True

    def __init__(self, vendor: FakeVendor) -> None:
        self.vendor, self.handler = vendor, handlers.get("vendor")
        self.secrets: tuple[str, ...] = (vendor.key,)
        for person in (self.person, self.stranger):
            with contextlib.suppress(HandlerUnavailable):
                self.handler.find(person)
        self.let_time_pass()

    def let_time_pass(self) -> None:
        for request, known in self.vendor.requests.items():
            if known["request_status"] == "pending":
                self.vendor.complete(request)

    def state(self) -> Any:
        return copy.deepcopy(self.vendor.records), len(self.vendor.filings)

    def state_of_others(self) -> Any:
        return [key for key, value in self.vendor.records.items() if value == "bob@example.com"]

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Weeks later, when nothing that it said before is fresh."""
        filed = dict(VendorRequest.objects.values_list("pk", "filed_at"))
        VendorRequest.objects.update(filed_at=clock.now() - dt.timedelta(days=30))
        cache.clear()
        self.vendor.mood, mood = "silent", self.vendor.mood
        yield
        self.vendor.mood = mood
        VendorRequest.objects.exclude(pk__in=filed).delete()
        for pk, at in filed.items():
            VendorRequest.objects.filter(pk=pk).update(filed_at=at)


def test_a_vendor_conforms(vendor: FakeVendor) -> None:
    with answering():
        check_handler(VendorWorld(vendor))


def test_a_vendor_that_gives_out_other_people_does_not(vendor: FakeVendor) -> None:
    vendor.mood = "everybody's results"
    with answering(), pytest.raises(NotConforming):
        check_handler(VendorWorld(vendor))


def test_a_vendor_that_says_done_and_did_nothing_is_found_out(vendor: FakeVendor) -> None:
    vendor.mood = "erases nothing"
    with answering(), pytest.raises(NotConforming, match="still holds rows"):
        check_handler(VendorWorld(vendor))
