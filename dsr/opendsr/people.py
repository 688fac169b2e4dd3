"""Requests of customers for people who answer for a system of theirs: the paper archive that we keep for a customer."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings

from dsr.opendsr.matching import match, systems_of
from dsr.opendsr.models import ProtocolRequest
from dsr.opendsr.vocabulary import Status
from privacy.kernel import clock
from privacy.personal_data.contract import HandlerUnavailable, Person
from privacy.personal_data.people import CaseInWork

ROOM = dt.timedelta(days=5)


def cases_of_customers(now: dt.datetime) -> Iterator[CaseInWork]:
    """Every open request of a customer with systems of its own. One whose systems cannot say now whom it means is in
    work and wants nothing yet."""
    rows = ProtocolRequest.objects.filter(status__in=[Status.PENDING, Status.IN_PROGRESS])
    for row in rows.exclude(controller__systems="").select_related("case", "controller").order_by("pk"):
        today = clock.local_date(now, settings.KEPT_TIME_ZONE)
        last = row.case.safe_on or row.case.due_on or today + 2 * ROOM
        person = _person(row)
        yield CaseInWork(
            about=row.case_id,
            reference=row.case.reference,
            person=person,
            due_on=max(today, last - ROOM),
            wants_contents=row.kind != "erasure",
            wants_counts=row.kind == "erasure",
            systems=frozenset(row.controller.systems.split()),
            is_demo=row.is_demo,
        )


def _person(row: ProtocolRequest) -> Person:
    try:
        return match(row, systems_of(row.controller)).person
    except HandlerUnavailable:
        return Person(())
