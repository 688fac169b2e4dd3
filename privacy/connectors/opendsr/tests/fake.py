"""A vendor that takes requests by OpenDSR 2.0, written from the specification, with records in memory.

It shares no code with our side. `mood` makes it misbehave.
"""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from privacy.connectors.tests.serving import Call, Reply, serving
from privacy.testing.authority import Issued

DOMAIN = "opendsr.vendor.example"


class FakeVendor:
    """`is_quick`: it completes at once, else when told to."""

    def __init__(self, issued: Issued) -> None:
        self.issued, self.base = issued, ""
        self.records = {"1": "alice@example.com", "2": "alice@example.com", "3": "bob@example.com"}
        self.requests: dict[str, dict[str, Any]] = {}
        self.filings: list[dict[str, Any]] = []
        self.is_quick, self.mood, self.key = False, "", "vendor-key"
        self.takes = ["email"]
        self.expected = "2126-12-26T10:00:00Z"  # what it says when a request will be done

    # --- the doors -------------------------------------------------------------------------------
    def __call__(self, call: Call) -> Reply:  # noqa: PLR0911 - one for each door
        path = call.path.partition("?")[0].strip("/")
        if self.mood == "silent":
            return 503, {}, b""
        if path == "cert.pem":
            return 200, {"Content-Type": "application/x-pem-file"}, self.issued.pem
        if path == "discovery":
            return self.signed(200, self.discovery())
        if call.headers.get("authorization") != f"Bearer {self.key}":
            return self.signed(401, {"error": {"code": 401, "message": "no", "errors": []}})
        if self.mood == "redirects":
            return 302, {"Location": "http://127.0.0.1:1/"}, b""
        if self.mood == "error in a 200":
            return self.signed(200, {"error": {"code": 500, "message": "later", "errors": []}})
        if path == "requests" and call.method == "POST":
            return self.file(json.loads(call.body))
        if path.startswith("requests/"):
            act = self.cancel if call.method == "DELETE" else self.follow
            return act(path.removeprefix("requests/"))
        if path.startswith("results/"):
            return self.results(path.removeprefix("results/"))
        return self.signed(404, {"error": {"code": 404, "message": "none", "errors": []}})

    def discovery(self) -> dict[str, Any]:
        elsewhere = self.mood == "certificate elsewhere"
        return {
            "api_version": "2.0",
            "supported_identities": [{"identity_type": each, "identity_format": "raw"} for each in self.takes],
            "supported_subject_request_types": ["access", "portability", "erasure"],
            "processor_certificate": "http://127.0.0.1:1/cert.pem" if elsewhere else f"{self.base}/cert.pem",
        }

    def file(self, body: dict[str, Any]) -> Reply:
        self.filings.append(body)
        known = self.requests.get(body["subject_request_id"])
        if known is not None:  # as large vendors do it: a repetition is an error
            return self.signed(400, {"error": {"code": 400, "message": "duplicate", "errors": []}})
        self.requests[body["subject_request_id"]] = {"body": body, "request_status": "pending"}
        if self.is_quick:
            self.complete(body["subject_request_id"])
        shown = {
            "controller_id": "4308",
            "subject_request_id": str(uuid.uuid4()) if self.mood == "another request" else body["subject_request_id"],
            "received_time": "2026-11-26T10:00:00Z",
            "expected_completion_time": self.expected,
            "encoded_request": base64.b64encode(json.dumps(body).encode()).decode(),
        }
        return self.signed(201, shown)

    def follow(self, request: str) -> Reply:
        if request not in self.requests:
            return self.signed(404, {"error": {"code": 404, "message": "none", "errors": []}})
        return self.signed(200, self.status(request))

    def cancel(self, request: str) -> Reply:
        known = self.requests.get(request)
        if known is None:
            return self.signed(404, {"error": {"code": 404, "message": "none", "errors": []}})
        if known["request_status"] != "pending":
            return self.signed(400, {"error": {"code": 400, "message": "too far", "errors": []}})
        known["request_status"] = "cancelled"
        return self.signed(202, {"controller_id": "4308", "subject_request_id": request, "api_version": "2.0"})

    def results(self, request: str) -> Reply:
        if self.mood == "a gigabyte":
            return 200, {"Content-Length": str(2**30)}, b"[" + b"1," * 1000
        who = set(self.records.values()) if self.mood == "everybody's results" else self.who(request)
        rows = [{"id": key, "email": value} for key, value in self.records.items() if value in who]
        return self.signed(200, rows)

    # --- what happens there ----------------------------------------------------------------------
    def who(self, request: str) -> set[str]:
        return {each["identity_value"] for each in self.requests[request]["body"]["subject_identities"]}

    def complete(self, request: str) -> None:
        mine = [key for key, value in self.records.items() if value in self.who(request)]
        kind = self.requests[request]["body"]["subject_request_type"]
        self.requests[request] |= {"request_status": "completed", "results_count": len(mine)}
        if kind == "erasure":
            for key in mine if self.mood != "erases nothing" else ():
                del self.records[key]
        elif mine:
            self.requests[request]["results_url"] = f"{self.base}/results/{request}"

    def status(self, request: str) -> dict[str, Any]:
        about = {name: value for name, value in self.requests[request].items() if name != "body"}
        stands = {"controller_id": "4308", "subject_request_id": request, "api_version": "2.0", **about}
        return {**stands, "expected_completion_time": self.expected}

    def callback(self, request: str, **more: Any) -> tuple[bytes, dict[str, str]]:
        """The body and headers of a callback as it stands now."""
        url = self.requests[request]["body"]["status_callback_urls"][0]
        body = json.dumps({**self.status(request), "status_callback_url": url, **more}).encode()
        return body, self.headers(body)

    def headers(self, body: bytes) -> dict[str, str]:
        raw = self.issued.key.sign(body, padding.PKCS1v15(), hashes.SHA256())
        signature = base64.b64encode(raw).decode()
        if self.mood == "wrong signature":
            signature = base64.b64encode(raw[::-1]).decode()
        domain = "evil.example" if self.mood == "wrong domain" else DOMAIN
        return {"X-OpenDSR-Processor-Domain": domain, "X-OpenDSR-Signature": signature}

    def signed(self, status: int, body: Any) -> Reply:
        raw = json.dumps(body).encode()
        return status, {"Content-Type": "application/json", **self.headers(raw)}, raw


@contextmanager
def running(vendor: FakeVendor, wrap: Callable[[Call], Reply] | None = None) -> Iterator[FakeVendor]:
    """Serve it on this machine."""
    with serving(wrap or vendor) as base:
        vendor.base = base
        yield vendor
