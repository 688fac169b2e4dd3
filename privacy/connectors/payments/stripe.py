"""Stripe behind the handler contract.

Deleting a customer cancels subscriptions at once and removes the card; charges and invoices stay. A redaction blanks
the customer with all that hangs on it, by a job that runs on Stripe's side and is asked about until it ends.
Source: docs.stripe.com/api (customers, lists, idempotent requests) and docs.stripe.com/privacy/redaction.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from privacy.connectors.web.calling import WebClient, code_word
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

CUSTOMERS, METHODS = "customers", "payment_methods"
LISTS = ("charges", "payment_intents", "invoices", "subscriptions", METHODS, "credit_notes")
KEPT = ("charges", "payment_intents", "invoices", "subscriptions", "credit_notes")
PAGE = "100"
JOBS = "v1/privacy/redaction_jobs"
NOTE = "Records of payments, which the processor must keep as well."
NOT_OFFERED = {
    Action.RECTIFY: "A customer's name and address are corrected in the processor's dashboard, as a task of the case.",
    Action.RESTRICT: "This processor has no mark for restricted customers.",
    Action.OPT_OUT: "This processor sends no advertising for us.",
}


class StripeHandler(Handler, MandateHolder):
    """One account. `redacts` asks for a redaction instead of a deletion."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, redacts: bool, keep_years: str, open_client: Callable[[], WebClient]):
        self.key = self.system = key
        self.label = label
        self._redacts, self._keep_years, self._open = redacts, keep_years, open_client

    # --- reading ---------------------------------------------------------------------------------
    def find(self, person: Person) -> Sequence[Found]:
        tables = self._keys(self._open(), person)
        return [Found(name, len(keys)) for name, keys in tables.items()]

    def export(self, person: Person) -> Iterator[Record]:
        client = self._open()
        for customer in _customers(client, person, self.key):
            yield Record(CUSTOMERS, "billing", shown(customer))
            for name in LISTS:
                for row in _list(client, f"v1/{name}", customer=customer["id"]):
                    yield Record(name, "billing", shown(row))

    def _keys(self, client: WebClient, person: Person) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {CUSTOMERS: [], **{name: [] for name in LISTS}}
        for customer in _customers(client, person, self.key):
            found[CUSTOMERS].append(customer["id"])
            for name in LISTS:
                found[name] += [row["id"] for row in _list(client, f"v1/{name}", customer=customer["id"])]
        return found

    # --- planning --------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        if action is not Action.ERASE:
            return HandlerPlan(self.key, action, not_offered=NOT_OFFERED[action])
        found = self._keys(self._open(), person)
        customers = tuple(found[CUSTOMERS])
        if not customers:
            return HandlerPlan(self.key, action)
        ends = f"{len(found['subscriptions'])} subscriptions end at once."
        if self._redacts:
            note = f"With all that hangs on it, for good. {ends}"
            table = TablePlan(CUSTOMERS, Treatment.ANONYMIZE, customers, fields=("email", "name", "address"), note=note)
            return HandlerPlan(self.key, action, (table,))
        tables = [TablePlan(METHODS, Treatment.DELETE, tuple(found[METHODS]))] if found[METHODS] else []
        tables.append(TablePlan(CUSTOMERS, Treatment.DELETE, customers, note=ends))
        kept = retained({name: found[name] for name in KEPT}, years=self._keep_years, now=now, note=NOTE)
        return HandlerPlan(self.key, action, (*tables, *kept))

    # --- acting ----------------------------------------------------------------------------------
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Look, then act; a redaction that still runs is unavailable, and asked about again by the next attempt."""
        if chunk.plan.treatment is Treatment.RETAIN:
            return ChunkResult(retained=len(chunk.keys))
        client = self._open()
        if chunk.plan.treatment is Treatment.ANONYMIZE:
            return self._redact(client, chunk)
        end = _detach if chunk.plan.table == METHODS else _delete_customer
        done = sum(end(client, key, f"{chunk.idem_key}:{key}") for key in chunk.keys)
        return ChunkResult(removed=done, already_done=len(chunk.keys) - done)

    def _redact(self, client: WebClient, chunk: Chunk) -> ChunkResult:
        waiting = [key for key in chunk.keys if not _is_redacted(_customer(client, key))]
        if not waiting:
            return ChunkResult(already_done=len(chunk.keys))
        objects = {f"objects[customers][{number}]": key for number, key in enumerate(waiting)}
        form = {**objects, "validation_behavior": "fix"}
        started = client.call("POST", JOBS, form=form, headers={"Idempotency-Key": chunk.idem_key}, may_repeat=True)
        job = body_of(started) or {}
        job = body_of(client.get(f"{JOBS}/{job.get('id')}")) or {}
        if job.get("status") == "ready":
            key = {"Idempotency-Key": f"{chunk.idem_key}:run"}
            body_of(client.call("POST", f"{JOBS}/{job.get('id')}/run", form={}, headers=key, may_repeat=True))
            job = body_of(client.get(f"{JOBS}/{job.get('id')}")) or {}
        if job.get("status") == "succeeded":
            return ChunkResult(anonymized=len(waiting), already_done=len(chunk.keys) - len(waiting))
        if job.get("status") in {"failed", "canceled"}:
            raise HandlerUnavailable(f"it cannot redact: {', '.join(_faults(client, str(job.get('id'))))}")
        raise HandlerUnavailable("its redaction is not finished yet")

    # --- proving ---------------------------------------------------------------------------------
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again by the addresses, and for each approved customer and card."""
        client = self._open()
        left = {customer["id"] for customer in _customers(client, person, self.key)}
        for table in frozen.tables:
            if table.table == CUSTOMERS:
                for key in table.keys:
                    is_gone = _is_redacted if table.treatment is Treatment.ANONYMIZE else _is_deleted
                    if not is_gone(_customer(client, key)):
                        left.add(key)
        if not left:
            return []
        return [Residual(CUSTOMERS, "customers", "found beyond the approved plan", SUPPLEMENT, len(left))]

    # --- mandates --------------------------------------------------------------------------------
    def mandates(self, person: Person) -> list[Mandate]:
        """The cards and accounts that may be charged again."""
        client = self._open()
        rows = [
            row
            for customer in _customers(client, person, self.key)
            for row in _list(client, f"v1/{METHODS}", customer=customer["id"])
        ]
        return [Mandate(row["id"], _words(row)) for row in rows]

    def revoke(self, person: Person, key: str) -> str:
        """End one of the person's own; what the processor answered, in a word."""
        if key not in {mandate.key for mandate in self.mandates(person)}:
            return "not_held"
        return "ended" if _detach(self._open(), key, f"revoke:{key}") else "not_held"


def _customers(client: WebClient, person: Person, system: str) -> list[dict[str, Any]]:
    """By the addresses, which are compared exactly, and once more by the search, which takes any case but may lag."""
    found: dict[str, dict[str, Any]] = {}
    for email in emails_of(person):
        for row in (*_list(client, f"v1/{CUSTOMERS}", email=email), *_search(client, email)):
            if str(row.get("email") or "").lower() == email:
                found[row["id"]] = row
    for key in external_ids(person, system):
        customer = _customer(client, key) if key.isascii() and key.replace("_", "").isalnum() else None
        if customer and not _is_deleted(customer):
            found[customer["id"]] = dict(customer)
    return list(found.values())


def _search(client: WebClient, email: str) -> list[dict[str, Any]]:
    """The search is not there for every account; the list above is."""
    quoted = email.replace("\\", "\\\\").replace("'", "\\'")
    answer = client.get(f"v1/{CUSTOMERS}/search", {"query": f"email:'{quoted}'", "limit": PAGE})
    return rows_of(body_of(answer), "data") if answer.is_good else []


def _list(client: WebClient, path: str, **params: str) -> Iterator[dict[str, Any]]:
    after: dict[str, str] = {}
    while True:
        body = body_of(client.get(path, {**params, **after, "limit": PAGE}))
        rows = rows_of(body, "data")
        yield from rows
        if not (body or {}).get("has_more") or not rows:
            return
        after = {"starting_after": str(rows[-1].get("id"))}


def _customer(client: WebClient, key: str) -> Mapping[str, Any] | None:
    return body_of(client.get(f"v1/{CUSTOMERS}/{key}"))


def _is_deleted(customer: Mapping[str, Any] | None) -> bool:
    return customer is None or customer.get("deleted") is True


def _is_redacted(customer: Mapping[str, Any] | None) -> bool:
    return _is_deleted(customer) or not (customer or {}).get("email")


def _delete_customer(client: WebClient, key: str, idem_key: str) -> bool:
    if _is_deleted(_customer(client, key)):
        return False
    headers = {"Idempotency-Key": idem_key}
    body = body_of(client.call("DELETE", f"v1/{CUSTOMERS}/{key}", headers=headers, may_repeat=True))
    if body is not None and body.get("deleted") is not True:
        raise HandlerUnavailable("it did not confirm a deletion")
    return body is not None


def _detach(client: WebClient, key: str, idem_key: str) -> bool:
    row = body_of(client.get(f"v1/{METHODS}/{key}"))
    if row is None or not row.get("customer"):
        return False
    headers = {"Idempotency-Key": idem_key}
    path = f"v1/{METHODS}/{key}/detach"
    return body_of(client.call("POST", path, form={}, headers=headers, may_repeat=True)) is not None


def _faults(client: WebClient, job: str) -> list[str]:
    rows = rows_of(body_of(client.get(f"{JOBS}/{job}/validation_errors")), "data")
    return sorted({code for row in rows if (code := code_word(row.get("code")))}) or ["it gives no reason"]


def _words(row: Mapping[str, Any]) -> str:
    card = row.get("card")
    if isinstance(card, dict):
        return f"{str(card.get('brand', 'card')).title()} card that ends in {card.get('last4', '····')}"
    return str(row.get("type", "payment method")).replace("_", " ")


class Stripe(SystemKind):
    """An account at Stripe."""

    code, label = "stripe", "Stripe"
    options = (
        Option("secret_key", "a restricted key that may read and write customers and payment methods", is_secret=True),
        Option("erasure", "delete (the default), or redact where the account has redaction jobs", default="delete"),
        Option("keep_years", "for how many years the law keeps records of payments", default=KEEP_YEARS),
        Option("url", "another address, for tests", default=""),
        Option("inside", "true where that stands inside the house", default=""),
        PACE,
    )

    def handler(self, connection: Connection) -> StripeHandler:
        return StripeHandler(
            key=connection.key,
            label=connection.label,
            redacts=connection["erasure"] == "redact",
            keep_years=connection["keep_years"] or KEEP_YEARS,
            open_client=lambda: _open(connection),
        )

    def self_test(self, connection: Connection) -> Sequence[Check]:
        client = _open(connection)
        checks = []
        for name in (CUSTOMERS, *LISTS):
            answer = client.get(f"v1/{name}", {"limit": "1"})
            says = "May be read." if answer.is_good else f"Give the key the right to read {name}."
            if answer.is_good:
                rows_of(body_of(answer), "data")  # a page to sign in at is no list
            checks.append(Check(name.replace("_", " ").title(), is_good=answer.is_good, says=says))
        return checks


def _open(connection: Connection) -> WebClient:
    headers = {"Authorization": f"Bearer {connection['secret_key']}"}
    url = connection["url"] or "https://api.stripe.com"
    return WebClient(
        url,
        is_inside=connection.says("inside"),
        headers=headers,
        calls_a_second=connection.pace(usual=20),
        shared_as=connection.key,
    )
