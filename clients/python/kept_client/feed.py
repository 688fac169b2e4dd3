"""The signed feed: snapshot and pages, believed only where the signature fits and they were made for us."""

import base64
import hashlib
import json
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from kept_client.ed25519 import is_signed
from kept_client.transport import Answer, Transport, Unreachable

PATH = "/api/v1/consent-feed"
FEED = "kept-consent-1"
PAGE = b"kept-feed-1 page\n"
SNAPSHOT = b"kept-feed-1 snapshot\n"
CONFLICT = 409


class FeedFault(Exception):
    """The feed could not be had, or could not be believed: the copy stays as it was."""


class OtherHistory(FeedFault):
    """Our position is none of Kept's log any more: a new snapshot is needed."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The head, and a record for each person."""

    head: Mapping[str, Any]
    people: list[Mapping[str, Any]]


class Feed:
    """Reads and checks; `Follower` keeps the copy. `public_keys`: key id → public key as base64 (`kid` and `x` of
    /.well-known/kept-keys.json), looked at by a person and not fetched at each start."""

    def __init__(
        self,
        url: str,
        key: str,
        public_keys: Mapping[str, str],
        *,
        timeout: float = 30.0,
        retries: int = 2,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if not public_keys:
            raise ValueError("Name the public keys of Kept: an unsigned feed is not followed.")
        self._transport = Transport(url, key, timeout=timeout, retries=retries, context=context)
        self._keys = {name: _raw(text) for name, text in public_keys.items()}

    def snapshot(self) -> Snapshot:
        """Everybody, in whole and signed; FeedFault for anything less."""
        body = self._get(f"{PATH}/snapshot").body
        lines = body.split(b"\n")
        if len(lines) < 3 or lines[-1]:  # noqa: PLR2004 - head, end, and nothing after the last line
            raise FeedFault("The snapshot ends in the middle.")
        end = _json(lines[-2])
        digest = hashlib.sha256(body[: len(body) - len(lines[-2]) - 1]).hexdigest()
        self._check(str(end.get("key")), str(end.get("signature")), SNAPSHOT + digest.encode())
        head = _json(lines[0])
        people = [_json(line) for line in lines[1:-2]]
        if head.get("feed") != FEED or head.get("kind") != "snapshot" or end.get("people") != len(people):
            raise FeedFault("This is no snapshot of a consent feed.")
        return Snapshot(head, people)

    def pages(self, after: str, audience: str, limit: int = 500) -> Iterator[Mapping[str, Any]]:
        """Page after page until the log ends. FeedFault, or OtherHistory where a new snapshot is needed."""
        while True:
            page = self._page(after, audience, limit)
            yield page
            if page.get("has_more") is not True:
                return
            if page["position"] == after:
                raise FeedFault("The feed does not go on.")
            after = page["position"]

    def _page(self, after: str, audience: str, limit: int) -> Mapping[str, Any]:
        answer = self._get(f"{PATH}?after={quote(after)}&limit={limit}")
        key, _, signature = answer.headers.get("kept-signature", "").partition("=")
        self._check(key, signature, PAGE + answer.body)
        page = _json(answer.body)
        is_ours = page.get("audience") == audience and page.get("after") == after
        if page.get("feed") != FEED or page.get("kind") != "page" or not is_ours:
            raise FeedFault("This page answers another question.")
        if not isinstance(page.get("position"), str) or not isinstance(page.get("people"), list):
            raise FeedFault("This page cannot be read.")
        return page

    def _get(self, path: str) -> Answer:
        try:
            answer = self._transport.exchange("GET", path)
        except Unreachable:
            raise FeedFault("Kept could not be reached.") from None
        if answer.status == CONFLICT:
            raise OtherHistory("Kept was restored from a backup.")
        if answer.status != 200:  # noqa: PLR2004 - anything else is no answer
            raise FeedFault(f"Kept answered {answer.status}.")
        return answer

    def _check(self, key: str, signature: str, message: bytes) -> None:
        public = self._keys.get(key)
        if public is None or not is_signed(public, message, _raw(signature)):
            raise FeedFault("The signature does not fit.")


def _raw(text: str) -> bytes:
    """Base64 of either alphabet, with or without its padding; nothing for anything else."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return b""


def _json(text: bytes) -> Mapping[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedFault("The feed cannot be read.") from None
    if not isinstance(values, dict):
        raise FeedFault("The feed cannot be read.")
    return values
