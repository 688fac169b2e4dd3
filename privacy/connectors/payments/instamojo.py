"""Instamojo behind the handler contract.

It has no interface to erase: links to pay can be disabled, payments stay, and a letter asks for the rest.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from privacy.connectors.kinds import PACE, Check, Connection, Option, SystemKind
from privacy.connectors.payments.common import KEEP_YEARS, body_of, emails_of, retained, rows_of, shown
from privacy.connectors.payments.paypal import signed_in
from privacy.connectors.web.calling import WebClient
from privacy.kernel import clock
from privacy.personal_data.contract import (
    SUPPLEMENT,
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    Person,
    Record,
    Residual,
)

REQUESTS = "payment_requests"
PAGE = 500
NOTE = "Payments stay with the processor, which must keep them by law; links to pay are disabled."
LETTER = Residual(
    REQUESTS,
    "what the processor itself holds about the buyer",
    "it offers no interface to erase",
    "legal: ask the processor in writing, and file its answer",
)
NOT_OFFERED = {
    Action.RECTIFY: "This processor has no interface to correct a buyer.",
    Action.RESTRICT: "This processor has no mark for restricted buyers.",
    Action.OPT_OUT: "This processor sends no advertising for us.",
}


class InstamojoHandler(Handler):
    """One account."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, keep_years: str, open_client: Callable[[], WebClient]) -> None:
        self.key = self.system = key
        self.label = label
        self._keep_years, self._open = keep_years, open_client

    def find(self, person: Person) -> Sequence[Found]:
        return [Found(REQUESTS, sum(1 for _ in _requests(self._open(), person)))]

    def export(self, person: Person) -> Iterator[Record]:
        for row in _requests(self._open(), person):
            yield Record(REQUESTS, "billing", shown(row))

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        keys = [str(row["id"]) for row in _requests(self._open(), person)]
        tables = tuple(retained({REQUESTS: keys}, years=self._keep_years, now=now, note=NOTE))
        return HandlerPlan(self.key, action, tables, (LETTER,) if keys else ())

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Nothing can go; what can still be paid is closed."""
        client = self._open()
        for key in chunk.keys:
            row = body_of(client.get(f"v2/payment_requests/{key}/"))
            if row and row.get("status") != "Inactive":
                body_of(client.call("POST", f"v2/payment_requests/{key}/disable/", form={}, may_repeat=True))
        return ChunkResult(retained=len(chunk.keys))

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        kept = {key for table in frozen.tables for key in table.keys}
        late = [row for row in _requests(self._open(), person) if str(row["id"]) not in kept]
        if not late:
            return []
        return [Residual(REQUESTS, "requests to pay", "found beyond the plan", SUPPLEMENT, len(late))]


def _requests(client: WebClient, person: Person) -> Iterator[dict[str, Any]]:
    """The requests to pay of a buyer. The interface has no search by one, so all are read and filtered here."""
    emails, page = set(emails_of(person)), 1
    while emails:
        body = body_of(client.get("v2/payment_requests/", {"page": str(page), "limit": str(PAGE)})) or {}
        rows = rows_of(body, REQUESTS)
        yield from (row for row in rows if str(row.get("email") or "").lower() in emails)
        if len(rows) < PAGE:
            return
        page += 1


class Instamojo(SystemKind):
    """An account at Instamojo."""

    code, label = "instamojo", "Instamojo"
    options = (
        Option("client_id", "the id of the app"),
        Option("secret", "the secret of the app", is_secret=True),
        Option("keep_years", "for how many years the law keeps records of payments", default=KEEP_YEARS),
        Option("url", "another address, such as the test host's", default=""),
        Option("inside", "true where that stands inside the house", default=""),
        PACE,
    )

    def handler(self, connection: Connection) -> InstamojoHandler:
        return InstamojoHandler(
            key=connection.key,
            label=connection.label,
            keep_years=connection["keep_years"] or KEEP_YEARS,
            open_client=lambda: _open(connection),
        )

    def self_test(self, connection: Connection) -> Sequence[Check]:
        rows_of(body_of(_open(connection).get("v2/payment_requests/", {"page": "1", "limit": "1"})), REQUESTS)
        return [Check("Requests to pay", is_good=True, says=f"May be read, as of {clock.now():%Y-%m-%d %H:%M} UTC.")]


def _open(connection: Connection) -> WebClient:
    return signed_in(connection, "oauth2/token/", "https://api.instamojo.com")
