"""POST /api/v1/decisions: may this be used for that? One question, or a list of up to 100.

It is asked before every mail, so it takes the short way: from the server's own environment to the bytes of the
answer, past everything that pages need (`exchange`). Whoever comes by a Django view gets the same answer.
"""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from accounts.api_keys import allowed, key_of
from consent.alike import Ways, decide_alike
from consent.api.counting import count_decisions
from consent.api.questions import Question, read_question, read_questions
from consent.api.rendering import as_text, word_of
from consent.devices import decide_on_device, device_of
from consent.hot_reads import ask_many, ask_once
from consent.rules import Decision, Standing, Terms, decide
from consent.selectors import UNKNOWN_PURPOSE
from consent.signals.asking import heed_signals
from consent.terms import terms_in_force
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind
from privacy.kernel.tokens import token_hash
from privacy.policy.board import is_on

MAX_BYTES = 256 * 1024
SHORT = 2048  # bytes of one question
EARLY = 16 * 1024  # bytes that may be read before the key is known: a hundred questions
SCOPE = "decisions"
DEVICE = IdentifierKind.DEVICE.value
BODY = "kept.body"  # where the environment keeps what was read


class Reply(NamedTuple):
    """What goes back: status, further headers, and the body as it is sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def decisions(request: HttpRequest) -> HttpResponse:
    """The same by a Django view."""
    reply = exchange(request.META)
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers), content_type="application/json")


def exchange(environ: dict[str, Any]) -> Reply:
    """Answer the question in the body of a WSGI request; every error names its field."""
    if environ["REQUEST_METHOD"] != "POST":
        return refusal(405, "Send a POST request.", headers=(("Allow", "POST"),))
    key_hash = _key_hash(environ)
    try:
        length = _length(environ)
        answers = _short(environ, length, key_hash) if length <= SHORT else None
        if answers is None:
            answers = _long(environ, length, key_hash)
    except InvalidInput as error:
        if key_of(key_hash, SCOPE) is None:  # who has no key does not learn what is wrong with the question
            return _unknown_key()
        return refusal(400, error.message, field=error.field)
    return Reply(200, (), answers.encode()) if answers is not None else _unknown_key()


def _short(environ: dict[str, Any], length: int, key_hash: str) -> str | None:
    """One question by one statement. None where it takes the long way: a list, an unpublished purpose, a key
    that is not valid, a person who was merged."""
    body = _read(environ, length) if key_hash else None
    if not isinstance(body, dict):
        return None
    question = read_question(body, 0)
    terms = terms_in_force().get(question.purpose)
    if terms is None:
        return None
    now = clock.now()
    found = ask_once(key_hash, question.kind, question.value, terms.code, now)
    key = allowed(found.key, found.scopes, SCOPE) if found else None
    if found is None or key is None or found.person.is_merged:
        return None
    decision = _decide(question, terms, found.person.standings, now, is_restricted=found.person.is_restricted)
    count_decisions(key, [(terms.code, word_of(decision))], now)
    return as_text(decision, question.if_version)


def _long(environ: dict[str, Any], length: int, key_hash: str) -> str | None:
    """Any question or list of questions; None for a key that is not valid."""
    if not key_hash or (length > EARLY and key_of(key_hash, SCOPE) is None):
        return None
    body = _read(environ, length)
    questions = read_questions(body)
    now, known = clock.now(), terms_in_force()
    asked = [each for each in questions if each.purpose in known]
    if not asked:
        key, people = key_of(key_hash, SCOPE), []
    elif found := ask_many(key_hash, [each[:2] for each in asked], {each.purpose for each in asked}, now):
        key, people = allowed(found.key, found.scopes, SCOPE), found.people
    else:
        return None
    if key is None:
        return None
    answers, counted, ways, person_of = [], [], Ways(), iter(people)
    for question in questions:
        if terms := known.get(question.purpose):
            standings, is_restricted = next(person_of)
            said = standings.get(terms.code, ())
            decision = _decide(question, terms, said, now, is_restricted=is_restricted, ways=ways)
        else:
            decision = UNKNOWN_PURPOSE
        answers.append(as_text(decision, question.if_version))
        counted.append((terms.code if terms else "", word_of(decision)))
    count_decisions(key, counted, now)
    return f"[{', '.join(answers)}]" if isinstance(body, list) else answers[0]


def _decide(
    question: Question,
    terms: Terms,
    standings: Sequence[Standing],
    now: dt.datetime,
    *,
    is_restricted: bool,
    ways: Ways | None = None,
) -> Decision:
    """`ways`, for a list, remembers what the rules said."""
    kind, value, _, channel, category, region, signals, _ = question
    said = standings if is_on("consent.decision_api") else ()
    if ways is not None and len(said) == 1 and not region and kind != DEVICE:
        decision = decide_alike(
            terms, said[0], channel=channel, category=category, is_restricted=is_restricted, now=now, ways=ways
        )
    else:
        asked: dict[str, Any] = {"channel": channel, "category": category, "is_restricted": is_restricted, "now": now}
        if kind == DEVICE and (device := device_of(value)):
            decision = decide_on_device(terms, said, device, **asked)
        else:
            decision = decide(terms, said, region=region, **asked)
    return heed_signals(decision, terms, signals) if signals else decision


def _key_hash(environ: dict[str, Any]) -> str:
    """As `accounts.api_keys.hash_of_key`."""
    kind, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    key = key.strip()
    return token_hash(key) if key and kind.lower() == "bearer" else ""


def _length(environ: dict[str, Any]) -> int:
    """How many bytes were announced; InvalidInput for none, nonsense or too many."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length) > MAX_BYTES:
        raise InvalidInput("Send a body of at most 256 KiB, with its length.", field="body")
    return int(length)


def _read(environ: dict[str, Any], length: int) -> Any:
    if (sent := environ.get(BODY)) is None:  # read once, also where the question is asked a second time
        sent = environ[BODY] = environ["wsgi.input"].read(length)
    try:
        body = json.loads(sent)
    except (ValueError, RecursionError):
        raise InvalidInput("Send JSON: an object, or a list of objects.", field="body") from None
    if not isinstance(body, dict | list):
        raise InvalidInput("Send JSON: an object, or a list of objects.", field="body")
    return body


def _unknown_key() -> Reply:
    return refusal(401, "Send a valid key: Authorization: Bearer KEY.", headers=(("WWW-Authenticate", "Bearer"),))


def refusal(status: int, message: str, *, field: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A no in the one shape of the API."""
    return Reply(status, headers, json.dumps({"error": message, "field": field, "code": ""}).encode())
