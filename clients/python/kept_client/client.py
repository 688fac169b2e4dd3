"""Questions to Kept, each answered with a decision: whatever goes wrong is a no that says so."""

import json
import ssl
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
    region: str = ""  # where the person is, as far as you know: the policy may have a rule for it
    signals: tuple[str, ...] = ()  # that their browser sends you ("gpc", "dnt"); they lower and never raise

    def as_json(self) -> dict[str, Any]:
        """The question as Kept reads it; ValueError unless it names one person."""
        kinds = ("email", "phone", "device", "external", "pseudonym")
        subject = {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}
        if len(subject) != 1:
            raise ValueError("Name the person by exactly one identifier.")
        values: dict[str, Any] = {"subject": subject, "purpose": self.purpose}
        values |= {name: getattr(self, name) for name in ("channel", "category", "region") if getattr(self, name)}
        return {**values, "signals": list(self.signals)} if self.signals else values


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

    def decide(self, purpose: str, *, signals: Iterable[str] = (), **who_and_what: str) -> Decision:
        """One question, such as `decide("newsletter", email=…, channel="email")`."""
        question = Question(purpose, **who_and_what)  # type: ignore[arg-type]  # `signals` is never among these
        return self.decide_many([replace(question, signals=tuple(signals))])[0]

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
        try:
            decision = read_decision(values)
        except ValueError:
            return denied("bad_answer")
        with self._lock:
            known = self._known.pop(question, None)
            if values.get("unchanged") is True:  # short: basis, event, end and trace did not come again
                if known is None or known.short != decision.short:
                    return decision  # and none is remembered: the next answer comes whole
                decision = known
            self._known[question] = decision
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return decision
