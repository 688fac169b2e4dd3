"""PayPal behind the handler contract.

Its interface has no search by a payer: transactions of the last three years are read in windows of at most 31 days and
filtered here. Only saved ways of paying can be deleted; transactions stay with PayPal by law.
Source: developer.paypal.com/docs/api/transaction-search/v1 and /payment-tokens/v3.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from privacy.connectors.kinds import PACE, Check, Connection, Option, SystemKind
from privacy.connectors.payments.common import (
    KEEP_YEARS,
    body_of,
    emails_of,
    external_ids,
    retained,
    rows_of,
    shown,
)
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
    HandlerUnavailable,
    Mandate,
    MandateHolder,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
)

TRANSACTIONS, TOKENS = "transactions", "payment_tokens"
WINDOW, PAST = dt.timedelta(days=31), dt.timedelta(days=3 * 365)
PAGE = 500
NOTE = "Transactions stay with the processor, which must keep them by law."
LAG = "Transactions of the last three hours may not be listed yet."
NOT_OFFERED = {
    Action.RECTIFY: "A payer corrects their name and address in their own account at this processor.",
    Action.RESTRICT: "This processor has no mark for restricted payers.",
    Action.OPT_OUT: "This processor sends no advertising for us.",
}


class PayPalHandler(Handler, MandateHolder):
    """One business account. Saved ways of paying are found by the customer's id there: an identifier KEY:ID."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, keep_years: str, open_client: Callable[[], WebClient]) -> None:
        self.key = self.system = key
        self.label = label
        self._keep_years, self._open = keep_years, open_client

    def find(self, person: Person) -> Sequence[Found]:
        client = self._open()
        return [
            Found(TRANSACTIONS, sum(1 for _ in _transactions(client, person))),
            Found(TOKENS, sum(1 for _ in _tokens(client, person, self.key))),
        ]

    def export(self, person: Person) -> Iterator[Record]:
        client = self._open()
        for row in _transactions(client, person):
            yield Record(TRANSACTIONS, "billing", shown(row))
        for row in _tokens(client, person, self.key):
            yield Record(TOKENS, "billing", shown(row))

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        client = self._open()
        tokens = tuple(str(row["id"]) for row in _tokens(client, person, self.key))
        paid = [_id_of(row) for row in _transactions(client, person, now=now)]
        tables = [TablePlan(TOKENS, Treatment.DELETE, tokens)] if tokens else []
        kept = retained({TRANSACTIONS: paid}, years=self._keep_years, now=now, note=f"{NOTE} {LAG}")
        return HandlerPlan(self.key, action, (*tables, *kept))

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        client = self._open()
        done = sum(_delete(client, key) for key in chunk.keys)
        return ChunkResult(removed=done, already_done=len(chunk.keys) - done)

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        client = self._open()
        left = {str(row["id"]) for row in _tokens(client, person, self.key)}
        for table in frozen.tables:
            if table.table == TOKENS:
                left |= {key for key in table.keys if _token(client, key) is not None}
        if not left:
            return []
        return [Residual(TOKENS, "saved ways of paying", "found beyond the plan", SUPPLEMENT, len(left))]

    def mandates(self, person: Person) -> list[Mandate]:
        """The saved ways of paying."""
        rows = _tokens(self._open(), person, self.key)
        return [Mandate(str(row["id"]), "PayPal account that is saved for later payments") for row in rows]

    def revoke(self, person: Person, key: str) -> str:
        """End one of the person's own; what the processor answered, in a word."""
        if key not in {mandate.key for mandate in self.mandates(person)}:
            return "not_held"
        return "ended" if _delete(self._open(), key) else "not_held"


def _transactions(client: WebClient, person: Person, *, now: dt.datetime | None = None) -> Iterator[dict[str, Any]]:
    """The person's payments of the last three years, window by window."""
    emails = set(emails_of(person))
    if not emails:
        return
    end = now or clock.now()
    oldest = end - PAST
    while end > oldest:
        start = max(end - WINDOW, oldest)
        for row in _window(client, start, end):
            payer = row.get("payer_info")
            if isinstance(payer, dict) and str(payer.get("email_address") or "").lower() in emails:
                yield row
        end = start


def _window(client: WebClient, start: dt.datetime, end: dt.datetime) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        params = {
            "start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end_date": (end - dt.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "fields": "transaction_info,payer_info,cart_info",
            "page_size": str(PAGE),
            "page": str(page),
        }
        body = body_of(client.get("v1/reporting/transactions", params)) or {}
        yield from rows_of(body, "transaction_details")
        if page >= int(body.get("total_pages") or 1):
            return
        page += 1


def _id_of(row: dict[str, Any]) -> str:
    info = row.get("transaction_info")
    found = info.get("transaction_id") if isinstance(info, dict) else None
    if not found:
        raise HandlerUnavailable("its answer cannot be read")
    return str(found)


def _tokens(client: WebClient, person: Person, system: str) -> Iterator[dict[str, Any]]:
    for customer in external_ids(person, system):
        body = body_of(client.get("v3/vault/payment-tokens", {"customer_id": customer}))
        if body is not None:
            yield from rows_of(body, TOKENS)


def _token(client: WebClient, key: str) -> dict[str, Any] | None:
    return body_of(client.get(f"v3/vault/payment-tokens/{key}"))


def _delete(client: WebClient, key: str) -> bool:
    if _token(client, key) is None:
        return False
    return body_of(client.call("DELETE", f"v3/vault/payment-tokens/{key}", may_repeat=True)) is not None


class PayPal(SystemKind):
    """A business account at PayPal."""

    code, label = "paypal", "PayPal"
    options = (
        Option("client_id", "the id of the app"),
        Option("secret", "the secret of the app, which may search transactions and read the vault", is_secret=True),
        Option("keep_years", "for how many years the law keeps records of payments", default=KEEP_YEARS),
        Option("url", "another address, such as the sandbox's", default=""),
        Option("inside", "true where that stands inside the house", default=""),
        PACE,
    )

    def handler(self, connection: Connection) -> PayPalHandler:
        return PayPalHandler(
            key=connection.key,
            label=connection.label,
            keep_years=connection["keep_years"] or KEEP_YEARS,
            open_client=lambda: signed_in(connection, "v1/oauth2/token", "https://api-m.paypal.com"),
        )

    def self_test(self, connection: Connection) -> Sequence[Check]:
        client = signed_in(connection, "v1/oauth2/token", "https://api-m.paypal.com")
        now = clock.now()
        list(_window(client, now - dt.timedelta(hours=1), now))
        return [Check("Transactions", is_good=True, says="May be searched.")]


def signed_in(connection: Connection, path: str, usual: str) -> WebClient:
    """A client with a token of the app (OAuth 2.0 client credentials, RFC 6749 section 4.4)."""
    url, is_inside = connection["url"] or usual, connection.says("inside")
    form = {
        "grant_type": "client_credentials",
        "client_id": connection["client_id"],
        "client_secret": connection["secret"],
    }
    pace: dict[str, Any] = {"calls_a_second": connection.pace(usual=10), "shared_as": connection.key}
    answer = WebClient(url, is_inside=is_inside, **pace).call("POST", path, form=form, may_repeat=True)
    token = (body_of(answer) or {}).get("access_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise HandlerUnavailable("it gives no token")
    bearer = {"Authorization": f"Bearer {token}"}
    return WebClient(url, is_inside=is_inside, headers=bearer, **pace)
