"""A controller's client for OpenDSR 2.0, written from the specification. It knows nothing of the server: the standard
library and `cryptography` only. `pytest dsr/opendsr/tests/test_conformance.py` runs it over a real socket."""

import base64
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@dataclass(frozen=True)
class Reply:
    """What came back, as bytes and headers."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


class ControllerClient:
    """Talks to one processor."""

    def __init__(self, base: str, key: str = "") -> None:
        self.base, self.key = base.rstrip("/"), key

    def call(self, method: str, path: str, body: bytes | None = None, *, key: str | None = None) -> Reply:
        headers = {"Accept": "application/json"}
        if sent := self.key if key is None else key:
            headers["Authorization"] = f"Bearer {sent}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, body, headers, method=method)  # noqa: S310 - the server of the test
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Reply(error.code, dict(error.headers), error.read())

    def discover(self) -> Reply:
        return self.call("GET", "/discovery")

    def file(self, **fields: Any) -> Reply:
        return self.call("POST", "/requests", json.dumps(request_body(**fields)).encode())

    def follow(self, request: str) -> Reply:
        return self.call("GET", f"/requests/{request}")

    def cancel(self, request: str) -> Reply:
        return self.call("DELETE", f"/requests/{request}")


def request_body(**fields: Any) -> dict[str, Any]:
    """A well formed request of section 7.1; `fields` replace, and None leaves out."""
    body = {
        "regulation": "gdpr",
        "subject_request_id": str(uuid.uuid4()),
        "subject_request_type": "erasure",
        "submitted_time": "2026-11-20T15:00:00Z",
        "subject_identities": [
            {"identity_type": "email", "identity_value": "alice@example.com", "identity_format": "raw"}
        ],
        "api_version": "2.0",
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def check_signature(headers: Mapping[str, str], body: bytes, certificate: bytes, domain: str) -> None:
    """Sections 4.2 and 8.3: SHA-256, RSA, over the raw body, by a certificate that names the domain."""
    found = {name.lower(): value for name, value in headers.items()}
    assert found["x-opendsr-processor-domain"] == domain
    leaf = x509.load_pem_x509_certificate(certificate)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert domain in names.get_values_for_type(x509.DNSName)
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(found["x-opendsr-signature"]), body, padding.PKCS1v15(), hashes.SHA256())
