"""A local copy of what people decided: it answers without a network, and denies when it is too old."""

import datetime as dt
import hmac
import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kept_client.decision import Decision, denied
from kept_client.feed import Feed, OtherHistory
from kept_client.normal import NotAnIdentifier, normalize

FORMAT = 1


class Follower:
    """`sync()` now and then (every few seconds or minutes), `decide()` at any time, from any thread.

    `max_age`: how many seconds after the last complete `sync` an answer may still be given; then everything that a
    person could have switched off is denied. `path`: a file that keeps the copy over a restart. It holds hashes and
    pseudonyms, no identifier, and the key of the hashes: give it to nobody.
    """

    def __init__(self, feed: Feed, *, max_age: float = 300.0, path: Path | None = None) -> None:
        self._feed, self._max_age, self._path = feed, max_age, path
        self._lock, self._syncing = threading.Lock(), threading.Lock()
        self._state: dict[str, Any] = {}
        self._synced_at = float("-inf")
        if path is not None:
            self._state = _load(path)

    @property
    def position(self) -> str:
        """Where in Kept's log the copy stands; empty before the first snapshot."""
        with self._lock:
            return str(self._state.get("position", ""))

    def sync(self) -> int:
        """Catch up; returns how many people changed. FeedFault where that failed: the copy stays as it was, and grows
        old."""
        with self._syncing:
            started = time.monotonic()
            try:
                changed = self._pages() if self.position else self._snapshot()
            except OtherHistory:
                changed = self._snapshot()
            with self._lock:
                self._synced_at = started
                if self._path is not None:
                    _save(self._path, self._state)
            return changed

    def decide(self, purpose: str, *, channel: str = "", category: str = "", **who: str) -> Decision:
        """As `Client.decide`, such as `decide("newsletter", email=…)`, from the copy."""
        if len(who) != 1:
            raise ValueError("Name the person by exactly one identifier.")
        [(kind, value)] = who.items()
        with self._lock:
            if not self._state:
                return denied("feed_empty")
            if time.monotonic() - self._synced_at > self._max_age:
                return denied("feed_stale")
            return _decide(self._state, kind, value, (purpose, channel, category), dt.datetime.now(dt.UTC))

    def _snapshot(self) -> int:
        snapshot = self._feed.snapshot()
        head = snapshot.head
        state: dict[str, Any] = {
            "format": FORMAT,
            "position": head["position"],
            "audience": head["audience"],
            "names_key": head["names"],
            "policy": head["policy"],
            "people": {},
            "names": {},
        }
        for each in snapshot.people:
            _put(state, each)
        with self._lock:
            self._state = state
        return len(snapshot.people)

    def _pages(self) -> int:
        changed = 0
        for page in self._feed.pages(self.position, str(self._state["audience"])):
            if page.get("policy") != self._state["policy"]["digest"]:
                return self._snapshot()  # the policy changed, and with it every answer
            with self._lock:
                for each in page["people"]:
                    _put(self._state, each)
                self._state["position"] = page["position"]
            changed += len(page["people"])
        return changed


def _put(state: dict[str, Any], person: Mapping[str, Any]) -> None:
    """Take over a person's record in the place of all that they were before."""
    for pseudonym in (person["person"], *person["replaces"]):
        before = state["people"].pop(pseudonym, None)
        for name in before["names"] if before else ():
            if state["names"].get(name) == pseudonym:
                del state["names"][name]
    if person["names"] and (person["decisions"] or person["restricted"]):
        state["people"][person["person"]] = person
        state["names"].update(dict.fromkeys(person["names"], person["person"]))


def _decide(
    state: Mapping[str, Any], kind: str, value: str, question: tuple[str, str, str], now: dt.datetime
) -> Decision:
    purpose, channel, category = question
    terms = state["policy"]["purposes"].get(purpose)
    if terms is None:
        return Decision(False, "unknown_purpose")
    basis, version = str(terms["basis"]), str(terms["notice_version"])
    if channel and channel not in terms["channels"]:
        return Decision(False, "channel_not_in_purpose", basis, version)
    if category and category not in terms["categories"]:
        return Decision(False, "category_not_in_purpose", basis, version)
    try:
        text = f"{kind}|{normalize(kind, value)}"
    except NotAnIdentifier:
        return denied("bad_question")
    name = hmac.digest(str(state["names_key"]).encode(), text.encode(), "sha256").hex()
    person = state["people"].get(state["names"].get(name))
    if person is None:
        return _plain(terms["usual"], basis, version)
    stood = person["decisions"].get(purpose)
    if stood is None:
        return _plain(terms["restricted" if person["restricted"] else "usual"], basis, version)
    for segment in stood.get(channel, stood[""]):
        if segment["until"] is None or now < dt.datetime.fromisoformat(segment["until"]):
            return _segment(segment, basis, version)
    return denied("feed_stale")


def _plain(answer: Sequence[str], basis: str, version: str) -> Decision:
    return Decision(answer[0] == "allow", answer[1], basis, version)


def _segment(segment: Mapping[str, Any], basis: str, version: str) -> Decision:
    expires = segment["expires_at"]
    return Decision(
        allowed=segment["decision"] == "allow",
        reason=segment["reason"],
        basis=basis,
        notice_version=version,
        event_id=segment["event_id"],
        expires_at=dt.datetime.fromisoformat(expires) if expires else None,
        version=segment["version"],
        pace=segment["pace"],
        explanation=(segment["explanation"],),
    )


def _load(path: Path) -> dict[str, Any]:
    """The copy of before; nothing where there is none that can be read, for then a snapshot makes one."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) and state.get("format") == FORMAT else {}


def _save(path: Path, state: Mapping[str, Any]) -> None:
    """Whole or not at all, and readable by its owner only."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
