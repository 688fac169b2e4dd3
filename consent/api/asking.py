"""POST /api/v1/may-ask: may this person be asked for consent to these purposes, and if not, from when on?"""

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from accounts.api_keys import read_json, with_api_key
from consent.asking import MayAsk, Question, answers
from consent.hot_reads import standings_of
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind

MOST = 100
LONGEST = 60  # of a code
KINDS = frozenset(kind.value for kind in IdentifierKind)


@require_POST
@with_api_key("decisions")
def may_ask_view(request: HttpRequest, _key: uuid.UUID) -> JsonResponse:
    """One person, up to 100 purposes; each answer with its reason and the first day of a yes."""
    body = read_json(request)
    kind, value = _subject(body.get("subject"))
    purposes = _texts(body, "purposes")
    if not 1 <= len(purposes) <= MOST:
        raise InvalidInput(f"Name between 1 and {MOST} purposes by their codes.", field="purposes")
    standings, restricted = standings_of(kind, value)
    question = Question(
        now=clock.now(),
        region=_text(body, "region"),
        signals=frozenset(_texts(body, "signals")),
        channel=_text(body, "channel"),
        is_restricted=restricted,
    )
    found = answers(purposes, standings, question)
    return JsonResponse({"answers": [_as_json(code, found[code]) for code in purposes]})


def _as_json(purpose: str, answer: MayAsk) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "may_ask": answer.allowed,
        "reason": answer.reason,
        "next_on": answer.next_on.isoformat() if answer.next_on else None,
    }


def _subject(subject: Any) -> tuple[str, str]:
    if not isinstance(subject, dict) or len(subject) != 1 or not set(subject) <= KINDS:
        raise InvalidInput(f"Name one identifier: {', '.join(sorted(KINDS))}.", field="subject")
    [(kind, value)] = subject.items()
    if not isinstance(value, str):
        raise InvalidInput("The identifier is a text.", field="subject")
    return kind, value


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field, "")
    if not isinstance(value, str) or len(value) > LONGEST:
        raise InvalidInput(f"The {field} is a code.", field=field)
    return value


def _texts(body: dict[str, Any], field: str) -> list[str]:
    values = body.get(field, [])
    if not isinstance(values, list) or not all(isinstance(each, str) and len(each) <= LONGEST for each in values):
        raise InvalidInput(f"Send {field} as a list of codes.", field=field)
    return values
