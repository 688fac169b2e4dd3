"""A vendor behind the handler contract. It cannot be searched: it is asked, and answers in its own time.

Until it has completed a request it counts as not having answered, so the case stays open. What it cancelled is not
done.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence

from django.conf import settings

from privacy.connectors.models import VendorRequest
from privacy.connectors.opendsr.filing import (
    bring_up_to_date,
    copy_row,
    erasure_row,
    identities_of,
    person_mac,
    understood,
)
from privacy.connectors.opendsr.vendor import Vendor
from privacy.kernel import clock
from privacy.kernel.clock import local_date
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
    is_answering,
)
from privacy.personal_data.people import PeopleAsked

TABLE = "records"
NOT_OFFERED = {
    Action.RECTIFY: "OpenDSR knows no correction; somebody asks the vendor another way, as a task of the case.",
    Action.RESTRICT: "OpenDSR knows no restriction; somebody asks the vendor another way, as a task of the case.",
    Action.OPT_OUT: "OpenDSR knows no opt-out; the vendor hears of it as a recipient.",
}
NO_IDENTITY = "It recognizes none of the identifiers that we hold of the person, so it cannot be asked."
OPEN = "it has not completed our request yet"


class OpenDsrHandler(Handler):
    """One vendor."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, vendor: Vendor, regulation: str) -> None:
        self.key = self.system = key
        self.label = label
        self._vendor, self._regulation = vendor, regulation

    def _identities(self, person: Person) -> str:
        return identities_of(person, self.key)

    # --- a copy ----------------------------------------------------------------------------------
    def _copy(self, person: Person) -> VendorRequest | None:
        """The completed request for a copy. HandlerUnavailable while there is none."""
        identities = self._identities(person)
        if not identities:
            return None
        row = copy_row(self.key, identities, now=clock.now(), may_file=is_answering())
        if row is None:
            raise HandlerUnavailable("it is asked when a copy is put together")
        row = self._asked(row, identities)
        if row.results_count and not row.results_url:
            raise HandlerUnavailable("it found records, and gives no place to fetch them")
        return row

    def _asked(self, row: VendorRequest, identities: str) -> VendorRequest:
        row = bring_up_to_date(self._vendor, row, _pairs(identities), regulation=self._regulation)
        if row.status == "cancelled":
            raise HandlerUnavailable("it cancelled our request; ask it why: it is asked again some days later")
        if row.status != "completed":
            raise PeopleAsked(f"{OPEN}{_by_when(row)}")  # weeks are its right; when it is late, a task says so
        return row

    def find(self, person: Person) -> Sequence[Found]:
        row = self._copy(person)
        return [Found(TABLE, (row.results_count or 0) if row else 0)]

    def export(self, person: Person) -> Iterator[Record]:
        row = self._copy(person)
        if row is None or not row.results_url:
            return
        for each in self._vendor.results(row.results_url):
            yield Record(TABLE, "user", each)

    # --- an erasure ------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        identities = self._identities(person)
        if not identities:
            return HandlerPlan(self.key, action, not_offered=NO_IDENTITY)
        taken = self._vendor.taken()  # a vendor that is silent now is a problem before anybody approves
        if not understood(json.loads(_pairs(identities)), taken):
            return HandlerPlan(self.key, action, not_offered=NO_IDENTITY)
        note = "The vendor is asked to erase; it says afterwards how many records that were."
        return HandlerPlan(self.key, action, (TablePlan(TABLE, Treatment.DELETE, (identities,), note=note),))

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """File, or ask how it stands: the same request at every attempt. HandlerUnavailable until it is completed."""
        done = 0
        for number, identities in enumerate(chunk.keys):
            row = erasure_row(self.key, identities, f"{chunk.idem_key}:{number}", now=clock.now())
            was_completed = row.status == "completed"
            self._asked(row, identities)
            done += was_completed
        return ChunkResult(removed=len(chunk.keys) - done, already_done=done)

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask the vendor again how each request stands; what it does not call completed is left."""
        left = 0
        for table in frozen.tables:
            for identities in table.keys:
                rows = VendorRequest.objects.filter(
                    system=self.key, kind="erasure", person_mac=person_mac(self.key, identities)
                )
                row = rows.order_by("-filed_at").first()
                said = self._vendor.status_of(str(row.pk)) if row else None
                left += said is None or said.status != "completed"
        return (
            [Residual(TABLE, "the request", "not completed by the vendor", "owner of the system", left)] if left else []
        )


def _by_when(row: VendorRequest) -> str:
    """The day that it named itself, for whoever reads why a case waits."""
    if row.expected_at is None:
        return ""
    day = local_date(row.expected_at, settings.KEPT_TIME_ZONE)
    return f"; it said it would by {day}" if row.expected_at < clock.now() else f"; it says it will by {day}"


def _pairs(identities: str) -> str:
    return json.dumps(json.loads(identities)["who"])
