"""POST /api/v1/decisions: may this be used for that? One question, or a list of up to 100.

A plain view: it answers in a fraction of what a framework view costs, and it is asked before every mail.
"""

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, JsonResponse

from accounts.api_keys import allowed, hash_of_key, key_of
from consent.api.counting import count_decision
from consent.rules import Decision, Standing, Terms, decide
from consent.selectors import UNKNOWN_PURPOSE, ask_once, standings_of
from consent.signals.asking import check_signals, heed_signals
from consent.terms import terms_in_force
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind
from privacy.policy.board import is_on

MOST = 100
MAX_BYTES = 256 * 1024
SHORT = 2048  # bytes that may be read before the key is known
SCOPE = "decisions"
KINDS = frozenset(kind.value for kind in IdentifierKind)


Answers = list[dict[str, Any]] | dict[str, Any] | None


def decisions(request: HttpRequest) -> JsonResponse:
    """Answer the question in the body; every error names its field."""
    if request.method != "POST":
        return _error(405, "Send a POST request.", headers={"Allow": "POST"})
    key_hash = hash_of_key(request)
    try:
        answers: Answers = _short(request, key_hash) if _length(request) <= SHORT else None
        if answers is None:
            answers = _long(request, key_hash)
    except InvalidInput as error:
        if key_of(key_hash, SCOPE) is None:  # who has no key does not learn what is wrong with the question
            return _unknown_key()
        return _error(400, error.message, field=error.field)
    return JsonResponse(answers, safe=False) if answers is not None else _unknown_key()


def _short(request: HttpRequest, key_hash: str) -> dict[str, Any] | None:
    """One question by one statement. None where it takes the long way: a list, an unpublished purpose, a
    key that is not valid, a person who was merged."""
    question = _read(request) if key_hash else None
    if not isinstance(question, dict):
        return None
    question = _shape(question, 0)
    terms = terms_in_force().get(question["purpose"])
    if terms is None:
        return None
    [(kind, value)] = question["subject"].items()
    found = ask_once(key_hash, kind, value, terms.code)
    key = allowed(found.key, found.scopes, SCOPE) if found else None
    if found is None or key is None or found.is_merged:
        return None
    now = clock.now()
    answer = _decided(question, terms, found.standings, is_restricted=found.is_restricted, now=now)
    count_decision(key, terms.code, answer["decision"], now)
    return answer


def _long(request: HttpRequest, key_hash: str) -> Answers:
    """Any question or list of questions; None for a key that is not valid."""
    key = key_of(key_hash, SCOPE)
    if key is None:
        return None
    body = _read(request)
    questions = body if isinstance(body, list) else [body]
    if not 1 <= len(questions) <= MOST:
        raise InvalidInput(f"Ask between 1 and {MOST} questions.", field="body")
    now = clock.now()
    known: dict[tuple[str, str], tuple[dict[str, list[Standing]], bool]] = {}
    answers = [_answer(_shape(question, index), known, now) for index, question in enumerate(questions)]
    for question, answer in zip(questions, answers, strict=True):
        is_published = answer["reason"] != UNKNOWN_PURPOSE.reason
        count_decision(key, question["purpose"] if is_published else "", answer["decision"], now)
    return answers if isinstance(body, list) else answers[0]


def _length(request: HttpRequest) -> int:
    """How many bytes were announced; InvalidInput for none, nonsense or too many."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise InvalidInput("Send a body of at most 256 KiB, with its length.", field="body")
    return int(length)


def _read(request: HttpRequest) -> Any:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("Send JSON: an object, or a list of objects.", field="body") from None
    if not isinstance(body, dict | list):
        raise InvalidInput("Send JSON: an object, or a list of objects.", field="body")
    return body


def _shape(question: Any, index: int) -> dict[str, Any]:
    """Check the shape of one question; InvalidInput names the field, with its place in a list."""
    at = f"[{index}]."
    if not isinstance(question, dict):
        raise InvalidInput("Each question is an object.", field=at.rstrip("."))
    subject = question.get("subject")
    if not isinstance(subject, dict) or len(subject) != 1 or not set(subject) <= KINDS:
        raise InvalidInput(f"Name one identifier: {', '.join(sorted(KINDS))}.", field=f"{at}subject")
    if not isinstance(next(iter(subject.values())), str):
        raise InvalidInput("The identifier is a text.", field=f"{at}subject")
    if not isinstance(question.get("purpose"), str):
        raise InvalidInput("Name the purpose by its code.", field=f"{at}purpose")
    for name in ("channel", "category", "region"):
        if not isinstance(question.get(name, ""), str):
            raise InvalidInput(f"The {name} is a code.", field=f"{at}{name}")
    check_signals(question, at)
    version = question.get("if_version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise InvalidInput("if_version is the number of an earlier answer.", field=f"{at}if_version")
    return question


def _answer(
    question: dict[str, Any], known: dict[tuple[str, str], tuple[dict[str, list[Standing]], bool]], now: dt.datetime
) -> dict[str, Any]:
    [(kind, value)] = question["subject"].items()
    terms = terms_in_force().get(question["purpose"])
    if terms is None:
        return _as_json(UNKNOWN_PURPOSE, question)
    if (kind, value) not in known:
        known[kind, value] = standings_of(kind, value)
    standings, is_restricted = known[kind, value]
    return _decided(question, terms, standings.get(terms.code, []), is_restricted=is_restricted, now=now)


def _decided(
    question: dict[str, Any], terms: Terms, standings: list[Standing], *, is_restricted: bool, now: dt.datetime
) -> dict[str, Any]:
    decision = decide(
        terms,
        standings if is_on("consent.decision_api") else [],
        channel=question.get("channel", ""),
        category=question.get("category", ""),
        region=question.get("region", ""),
        is_restricted=is_restricted,
        now=now,
    )
    if question.get("signals"):
        decision = heed_signals(decision, terms, question["signals"])
    return _as_json(decision, question)


def _as_json(decision: Decision, question: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "decision": "allow" if decision.allowed else "deny",
        "reason": decision.reason,
        "basis": decision.basis,
        "notice_version": decision.notice_version,
        "event_id": str(decision.event_id) if decision.event_id else None,
        "expires_at": decision.expires_at.isoformat() if decision.expires_at else None,
        "version": decision.version,
        "trace": list(decision.trace),
    }
    if "if_version" in question:
        answer["unchanged"] = question["if_version"] == decision.version
    return answer


def _unknown_key() -> JsonResponse:
    return _error(401, "Send a valid key: Authorization: Bearer KEY.", headers={"WWW-Authenticate": "Bearer"})


def _error(status: int, message: str, *, field: str = "", headers: dict[str, str] | None = None) -> JsonResponse:
    return JsonResponse({"error": message, "field": field}, status=status, headers=headers)
