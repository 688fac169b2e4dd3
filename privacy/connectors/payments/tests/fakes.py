"""Three payment processors for tests, each as its documentation says it behaves."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from privacy.connectors.tests.serving import Call, Reply

Row = dict[str, Any]
DANA, ERIK = "dana.demo@example.com", "erik.demo@example.com"
KEY = "sk_test_very_secret"


def said(body: Any, status: int = 200) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


def params_of(call: Call) -> dict[str, str]:
    text = urlsplit(call.path).query or call.body.decode()
    return dict(parse_qsl(text, keep_blank_values=True))


@dataclass
class FakeStripe:
    """Customers by exact address, lists of at most 100 with a cursor, idempotency keys, jobs that take their time."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    jobs: dict[str, Row] = field(default_factory=dict)
    replayed: dict[str, Reply] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    has_search: bool = True
    slowness: int = 1  # how often a redaction is asked about before it is done
    faults: list[str] = field(default_factory=list)
    is_down: bool = False
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add(self, table: str, prefix: str, **values: Any) -> str:
        key = f"{prefix}_{next(self.numbers)}"
        self.rows.setdefault(table, {})[key] = {"id": key, "object": table[:-1], **values}
        return key

    def fill(self) -> dict[str, str]:
        made: dict[str, str] = {}
        for name, email in (("dana", DANA), ("erik", ERIK)):
            customer = self.add("customers", "cus", email=email, name=name.title(), address={"city": "Berlin"})
            card = self.add(
                "payment_methods", "pm", customer=customer, type="card", card={"brand": "visa", "last4": "4242"}
            )
            self.add("subscriptions", "sub", customer=customer, status="active")
            self.add("charges", "ch", customer=customer, amount=900, billing_details={"name": name.title()})
            self.add("payment_intents", "pi", customer=customer, client_secret="pi_secret_1")
            self.add("invoices", "in", customer=customer, total=900)
            made |= {name: customer, f"{name}_card": card}
        return made

    def __call__(self, call: Call) -> Reply:
        if self.is_down:
            return said({"error": {"type": "api_error"}}, 500)
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return said({"error": {"type": "invalid_request_error"}}, 401)
        self.calls.append(f"{call.method} {urlsplit(call.path).path}")
        idem = call.headers.get("idempotency-key", "")
        if call.method != "GET" and idem in self.replayed:
            return self.replayed[idem]
        answer = self._route(call.method, urlsplit(call.path).path.strip("/").split("/")[1:], params_of(call))
        if call.method != "GET" and idem:
            self.replayed[idem] = answer
        return answer

    def _route(self, method: str, path: list[str], params: dict[str, str]) -> Reply:
        match method, path:
            case _, ["privacy", "redaction_jobs", *rest]:
                return self._redaction(method, rest, params)
            case "GET", ["customers", "search"]:
                if not self.has_search:
                    return said({"error": {"type": "invalid_request_error"}}, 400)
                wanted = params["query"].partition("'")[2].rstrip("'").lower()
                found = [row for row in self._living("customers") if str(row["email"]).lower() == wanted]
                return said({"object": "search_result", "data": found, "has_more": False})
            case "GET", [table]:
                return self._list(table, params)
            case "GET", [table, key]:
                row = self.rows.get(table, {}).get(key)
                return said(row) if row else said({"error": {"code": "resource_missing"}}, 404)
            case "DELETE", ["customers", key]:
                return self._delete(key)
            case "POST", ["payment_methods", key, "detach"]:
                self.rows["payment_methods"][key]["customer"] = None
                return said(self.rows["payment_methods"][key])
        return said({"error": {"type": "invalid_request_error"}}, 404)

    def _living(self, table: str) -> list[Row]:
        return [row for row in self.rows.get(table, {}).values() if not row.get("deleted")]

    def _list(self, table: str, params: dict[str, str]) -> Reply:
        rows = self._living(table)
        for name in ("email", "customer"):
            if name in params:
                rows = [row for row in rows if row.get(name) == params[name]]
        if after := params.get("starting_after"):
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        limit = min(int(params.get("limit", "10")), 100)
        return said({"object": "list", "data": rows[:limit], "has_more": len(rows) > limit})

    def _delete(self, key: str) -> Reply:
        row = self.rows["customers"].get(key)
        if row is None:
            return said({"error": {"code": "resource_missing"}}, 404)
        self.rows["customers"][key] = {"id": key, "object": "customer", "deleted": True}
        for each in self._living("subscriptions"):
            if each["customer"] == key:
                each["status"] = "canceled"
        for each in self._living("payment_methods"):
            if each["customer"] == key:
                each["customer"] = None
        return said(self.rows["customers"][key])

    def _redaction(self, method: str, rest: list[str], params: dict[str, str]) -> Reply:
        match method, rest:
            case "POST", []:
                key = f"prj_{next(self.numbers)}"
                customers = [value for name, value in params.items() if name.startswith("objects")]
                self.jobs[key] = {"id": key, "status": "validating", "customers": customers, "asked": 0}
            case "POST", [key, "run"]:
                self.jobs[key] |= {"status": "redacting", "asked": 0}
            case "GET", [key, "validation_errors"]:
                return said({"object": "list", "data": [{"code": code} for code in self.faults], "has_more": False})
            case _, [key]:
                self._proceed(self.jobs[key])
        return said({name: value for name, value in self.jobs[key].items() if name in {"id", "status"}})

    def _proceed(self, job: Row) -> None:
        job["asked"] += 1
        if job["status"] == "validating":
            job["status"] = "failed" if self.faults else "ready"
        elif job["status"] == "redacting" and job["asked"] > self.slowness:
            job["status"] = "succeeded"
            for key in job["customers"]:
                self.rows["customers"][key] |= {"email": None, "name": "[redacted]", "address": None}


@dataclass
class FakePayPal:
    """Transactions in windows of at most 31 days, no search by payer, and a vault by customer id."""

    transactions: list[Row] = field(default_factory=list)
    tokens: dict[str, Row] = field(default_factory=dict)
    windows: list[tuple[str, str]] = field(default_factory=list)
    page_size: int = 500
    is_down: bool = False

    def __call__(self, call: Call) -> Reply:
        if self.is_down:
            return said({"name": "INTERNAL_SERVER_ERROR"}, 500)
        path, params = urlsplit(call.path).path, params_of(call)
        if path == "/v1/oauth2/token":
            good = params.get("client_secret") == KEY
            return said({"access_token": "A21.token"}) if good else said({"error": "invalid_client"}, 401)
        if call.headers.get("authorization") != "Bearer A21.token":
            return said({"name": "AUTHENTICATION_FAILURE"}, 401)
        if path == "/v1/reporting/transactions":
            return self._search(params)
        return self._vault(call.method, path, params)

    def _search(self, params: dict[str, str]) -> Reply:
        start, end = params["start_date"], params["end_date"]
        if end[:10] > _plus_31(start[:10]):
            return said({"name": "INVALID_REQUEST"}, 400)
        self.windows.append((start, end))
        rows = [row for row in self.transactions if start <= row["transaction_info"]["at"] <= end]
        page, size = int(params["page"]), self.page_size
        pages = max(1, -(-len(rows) // size))
        return said({"transaction_details": rows[(page - 1) * size : page * size], "total_pages": pages})

    def _vault(self, method: str, path: str, params: dict[str, str]) -> Reply:
        key = path.removeprefix("/v3/vault/payment-tokens").strip("/")
        if not key:
            rows = [row for row in self.tokens.values() if row["customer"]["id"] == params["customer_id"]]
            return said({"payment_tokens": rows})
        if key not in self.tokens:
            return said({"name": "RESOURCE_NOT_FOUND"}, 404)
        if method == "DELETE":
            del self.tokens[key]
            return 204, {}, b""
        return said(self.tokens[key])


def _plus_31(day: str) -> str:
    import datetime as dt

    return (dt.date.fromisoformat(day) + dt.timedelta(days=31)).isoformat()


@dataclass
class FakeInstamojo:
    """Requests to pay in pages; nothing can be erased, links can be disabled."""

    requests: dict[str, Row] = field(default_factory=dict)
    is_down: bool = False

    def __call__(self, call: Call) -> Reply:
        if self.is_down:
            return said({"message": "down"}, 502)
        path, params = urlsplit(call.path).path.strip("/"), params_of(call)
        if path == "oauth2/token":
            good = params.get("client_secret") == KEY
            return said({"access_token": "mojo"}) if good else said({"error": "invalid_client"}, 401)
        if call.headers.get("authorization") != "Bearer mojo":
            return said({"success": False}, 401)
        match path.split("/")[1:]:
            case ["payment_requests"]:
                query = parse_qs(urlsplit(call.path).query)
                page, limit = int(query["page"][0]), min(int(query["limit"][0]), 500)
                rows = list(self.requests.values())[(page - 1) * limit : page * limit]
                return said({"payment_requests": rows})
            case ["payment_requests", key, "disable"]:
                self.requests[key]["status"] = "Inactive"
                return said({"success": True})
            case ["payment_requests", key] if key in self.requests:
                return said(self.requests[key])
        return said({"success": False}, 404)
