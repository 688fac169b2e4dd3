"""Questions to Kept, each answered with a decision: whatever goes wrong is a no that says so."""

import json
import ssl
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kept_client.decision import Decision, denied, read_decision
from kept_client.transport import Transport, Unreachable

PATH = "/api/v1/decisions"
MOST = 100  # questions of one exchange
REMEMBERED = 10_000
FAULTS = {400: "bad_question", 401: "bad_key", 403: "bad_key"}


@dataclass(frozen=True, slots=True)
class Question:
    """May this be done? Exactly one identifier names the person."""

    purpose: str
    email: str = ""
    phone: str = ""
    device: str = ""
    external: str = ""
    pseudonym: str = ""
    channel: str = ""
    category: str = ""

    def as_json(self) -> dict[str, Any]:
        """The question as Kept reads it; ValueError unless it names one person."""
        kinds = ("email", "phone", "device", "external", "pseudonym")
        subject = {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}
        if len(subject) != 1:
            raise ValueError("Name the person by exactly one identifier.")
        values: dict[str, Any] = {"subject": subject, "purpose": self.purpose}
        values |= {name: getattr(self, name) for name in ("channel", "category") if getattr(self, name)}
        return values


class Client:
    """Safe to share between threads. No question raises for a fault outside: it denies, with `is_fault` set.

    The newest answers stay in memory with their versions, so that Kept can say "unchanged" in a few bytes;
    a remembered answer is never given without asking.
    """

    def __init__(
        self, url: str, key: str, *, timeout: float = 2.0, retries: int = 2, context: ssl.SSLContext | None = None
    ) -> None:
        self._transport = Transport(url, key, timeout=timeout, retries=retries, context=context)
        self._known: OrderedDict[Question, Decision] = OrderedDict()
        self._lock = threading.Lock()

    def decide(self, purpose: str, **who_and_what: str) -> Decision:
        """One question, such as `decide("newsletter", email=…, channel="email")`."""
        return self.decide_many([Question(purpose, **who_and_what)])[0]

    def decide_many(self, questions: Sequence[Question]) -> list[Decision]:
        """Answers in the order of the questions; more than 100 go in several exchanges."""
        answers: list[Decision] = []
        for start in range(0, len(questions), MOST):
            answers += self._ask(questions[start : start + MOST])
        return answers

    def _ask(self, questions: Sequence[Question]) -> list[Decision]:
        asked = [self._with_version(question) for question in questions]
        body = json.dumps(asked[0] if len(asked) == 1 else asked).encode()
        try:
            answer = self._transport.exchange("POST", PATH, body)
        except Unreachable:
            return [denied("unreachable")] * len(questions)
        if answer.status != 200:  # noqa: PLR2004 - anything else is no answer
            return [denied(FAULTS.get(answer.status, "server_error"))] * len(questions)
        try:
            values = json.loads(answer.body)
        except (ValueError, RecursionError):
            return [denied("bad_answer")] * len(questions)
        values = values if isinstance(values, list) and len(questions) > 1 else [values]
        if len(values) != len(questions):
            return [denied("bad_answer")] * len(questions)
        return [self._learn(question, one) for question, one in zip(questions, values, strict=True)]

    def _with_version(self, question: Question) -> dict[str, Any]:
        values = question.as_json()
        with self._lock:
            known = self._known.get(question)
        return values if known is None else {**values, "if_version": known.version}

    def _learn(self, question: Question, values: Any) -> Decision:
        with self._lock:
            known = self._known.get(question)
        if isinstance(values, dict) and values.get("unchanged") is True and "decision" not in values:
            is_same = known is not None and values.get("version") == known.version
            return known if known is not None and is_same else denied("bad_answer")
        try:
            decision = read_decision(values)
        except ValueError:
            return denied("bad_answer")
        with self._lock:
            self._known[question] = decision
            self._known.move_to_end(question)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return decision
