"""The conversation with one vendor. Nothing that it says counts before its signature was verified by a certificate that
names its domain and that an authority we trust has issued."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from django.core.cache import cache

from privacy.connectors.kinds import Connection
from privacy.connectors.web.calling import Answer, WebClient
from privacy.kernel import clock
from privacy.kernel.certificates import CertificateRefused, is_signed_by, read_chain, verified_key
from privacy.personal_data.contract import HandlerUnavailable

DOMAIN_HEADER, SIGNATURE_HEADER = "x-opendsr-processor-domain", "x-opendsr-signature"
STATUSES = frozenset({"pending", "in_progress", "completed", "cancelled"})
CACHED_S = 600  # a vendor that changes its certificate is believed again after as long
MOST_RESULT_BYTES = 64 * 1024 * 1024
NOT_LET_IN, CREATED, ACCEPTED, NOT_THERE = (401, 403), 201, 202, 404
MOST_COUNT = 10**9


@dataclass(frozen=True, slots=True)
class Said:
    """What a vendor says of a request."""

    status: str
    results_count: int | None = None
    results_url: str = ""
    expected_at: dt.datetime | None = None


class Vendor:
    """One vendor as it was connected."""

    def __init__(self, connection: Connection) -> None:
        self.key, self.domain = connection.key, connection["domain"].lower()
        self._base = connection["url"].rstrip("/")
        roots = connection["authorities"] or settings.KEPT_OPENDSR_AUTHORITIES
        self._roots = Path(roots) if roots else None
        self._client = WebClient(
            self._base,
            is_inside=connection.says("inside"),
            headers={"Authorization": f"Bearer {connection['api_key']}"} if connection["api_key"] else {},
            calls_a_second=connection.pace(usual=10),
            shared_as=connection.key,
            most_bytes=MOST_RESULT_BYTES,
        )

    @property
    def callback_url(self) -> str:
        """Where this vendor calls us back."""
        return f"{settings.KEPT_BASE_URL}/opendsr/callbacks/{self.key}"

    def discover(self) -> dict[str, Any]:
        """What it offers, signed by it."""
        return self._object(self._client.get("discovery"))

    def taken(self) -> frozenset[str] | None:
        """The types of identities that it takes in clear; None where it does not say."""
        offered = self.discover().get("supported_identities")
        if not isinstance(offered, list):
            return None
        raw = [each for each in offered if isinstance(each, dict) and each.get("identity_format") == "raw"]
        return frozenset(str(each.get("identity_type")) for each in raw)

    def file(self, body: dict[str, Any]) -> Said | None:
        """File a request; None where the vendor does not take it as new, so that one has to ask how it stands."""
        raw = json.dumps(body, separators=(",", ":")).encode()
        answer = self._client.call("POST", "requests", raw=raw, may_repeat=True)
        if answer.status in NOT_LET_IN:
            raise HandlerUnavailable("it refuses our key")
        if answer.status != CREATED:
            return None
        found = self._object(answer)
        if found.get("subject_request_id") != body["subject_request_id"]:
            raise HandlerUnavailable("it answers about another request")
        return Said("pending", expected_at=_moment(found.get("expected_completion_time")))

    def status_of(self, request: str) -> Said | None:
        """How a request stands; None where it knows none."""
        answer = self._client.get(f"requests/{request}")
        return None if answer.status == NOT_THERE else self.said(self._object(answer), request)

    def cancel(self, request: str) -> bool:
        """Call a request off; False where the vendor is too far, or knows none."""
        answer = self._client.call("DELETE", f"requests/{request}", may_repeat=True)
        if answer.status in NOT_LET_IN:
            raise HandlerUnavailable("it refuses our key")
        if answer.status != ACCEPTED:
            return False
        if self._object(answer).get("subject_request_id") != request:
            raise HandlerUnavailable("it answers about another request")
        return True

    def results(self, url: str) -> list[dict[str, Any]]:
        """The records of a completed request, as one object, as a list, or one a line."""
        answer = self._client.get(self._below(url))
        if not answer.is_good:
            raise HandlerUnavailable(f"its results cannot be fetched ({answer.status})")
        if SIGNATURE_HEADER in answer.headers:
            self._verify(answer)
        data = answer.data if answer.data is not None else _lines(answer.raw)
        rows = data if isinstance(data, list) else [data]
        return [row if isinstance(row, dict) else {"value": row} for row in rows]

    def said(self, body: dict[str, Any], request: str) -> Said:
        """Read a status, of an answer or a callback. HandlerUnavailable for what is none, or another's."""
        if body.get("subject_request_id") != request:
            raise HandlerUnavailable("it answers about another request")
        status, count, url = body.get("request_status"), body.get("results_count"), body.get("results_url")
        if not isinstance(status, str) or status not in STATUSES:
            raise HandlerUnavailable("it says no status that the protocol knows")
        is_count = isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_COUNT
        return Said(
            status,
            count if is_count else None,
            url if isinstance(url, str) else "",
            _moment(body.get("expected_completion_time")),
        )

    def is_from_it(self, *, domain: str, signature: str, body: bytes) -> bool:
        """Whether these raw bytes were signed by this vendor. Nothing of them is parsed."""
        if domain.lower() != self.domain or not signature:
            return False
        return is_signed_by(self._key(), signature, body)

    def _object(self, answer: Answer) -> dict[str, Any]:
        if answer.status in NOT_LET_IN:
            raise HandlerUnavailable("it refuses our key")
        self._verify(answer)
        if not answer.is_good:
            raise HandlerUnavailable(f"it refuses a call ({answer.status})")
        if not isinstance(answer.data, dict) or "error" in answer.data:
            raise HandlerUnavailable("its answer is an error, or cannot be read")
        return answer.data

    def _verify(self, answer: Answer) -> None:
        domain, signature = answer.headers.get(DOMAIN_HEADER, ""), answer.headers.get(SIGNATURE_HEADER, "")
        if not self.is_from_it(domain=domain, signature=signature, body=answer.raw):
            raise HandlerUnavailable("its answer is not signed by it")

    def _key(self) -> RSAPublicKey:
        """By the certificate, fetched anew every few minutes, from the vendor's own address only."""
        now = clock.now()
        pem = cache.get(self._cache_key)
        if pem is None:
            pem = self._fetch_certificate()
            cache.set(self._cache_key, pem, CACHED_S)
        try:
            return verified_key(read_chain(pem), domain=self.domain, roots=self._roots, now=now)
        except CertificateRefused as error:
            raise HandlerUnavailable(str(error)) from None

    @property
    def _cache_key(self) -> str:
        return f"opendsr-certificate:{self.key}:{hash((self._base, self.domain))}"

    def _fetch_certificate(self) -> bytes:
        found = self._client.get("discovery")
        place = found.data.get("processor_certificate") if isinstance(found.data, dict) else None
        if not isinstance(place, str):
            raise HandlerUnavailable("its discovery names no certificate")
        answer = self._client.get(self._below(place))
        if not answer.is_good:
            raise HandlerUnavailable("its certificate cannot be fetched")
        return answer.raw

    def _below(self, url: str) -> str:
        """A place below the connected address. Another host is none, whoever names it."""
        try:
            there, base = urlsplit(url), urlsplit(self._base)
            is_same = (there.scheme, there.netloc) == (base.scheme, base.netloc)
        except ValueError:
            is_same = False
        start = f"{base.path.rstrip('/')}/" if is_same else ""
        if not is_same or not there.path.startswith(start):
            raise HandlerUnavailable("it sends us to another address, which is not followed")
        return there.path[len(start) :] + (f"?{there.query}" if there.query else "")


def _lines(raw: bytes) -> list[Any]:
    try:
        return [json.loads(line) for line in raw.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise HandlerUnavailable("its results cannot be read") from None


def _moment(said: object) -> dt.datetime | None:
    """A time as the protocol writes it; None for everything else."""
    try:
        found = dt.datetime.fromisoformat(said) if isinstance(said, str) else None
        return found.astimezone(dt.UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def rfc3339(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
