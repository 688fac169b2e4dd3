"""`POST /api/v1/consent-state`: what a person allowed at a moment. The person stands in the body, never in a URL."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from accounts.api_keys import read_json, with_api_key
from accounts.selectors import find_subjects
from consent.audit_events import STATE_READ
from consent.replay import PersonState, PurposeState, state_at
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.selectors import alias_set

KINDS = {kind.value for kind in IdentifierKind}
NOBODY = uuid.UUID(int=0)


@require_POST
@with_api_key("history")
def consent_state(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """The state of every purpose, or of one, at `at` (now where it is left out)."""
    now = clock.now()
    body = read_json(request)
    kind, value = _subject(body)
    at = read_moment(body.get("at"), now)
    wanted = body.get("purpose", "")
    if not isinstance(wanted, str):
        raise InvalidInput("Name the purpose by its code.", field="purpose")
    state = read_state(find_subjects(kind, value), at, actor=Actor(ActorKind.API, key_id, "consent-state"), now=now)
    return JsonResponse(as_json(state, at, wanted))


def read_state(roots: Iterable[uuid.UUID], at: dt.datetime, *, actor: Actor, now: dt.datetime) -> list[PersonState]:
    """The state of the person behind these subjects; the reading stands in the log.

    Nobody we know gets the answer of somebody who decided nothing.
    """
    found = list(roots)
    members = list(dict.fromkeys(member for root in found for member in alias_set(root)))
    with transaction.atomic():
        record(STATE_READ, actor=actor, at=now, subject_id=found[0] if found else None, at_time=clock.canonical(at))
    return state_at(members or [NOBODY], at, now=now)


def read_moment(text: Any, now: dt.datetime) -> dt.datetime:
    """A time with its zone; now for none. InvalidInput(at) for anything else."""
    if text in (None, ""):
        return now
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput("Give the time with its zone, as 2026-01-31T12:00:00Z.", field="at") from None


def as_json(state: Iterable[PersonState], at: dt.datetime, wanted: str = "") -> dict[str, Any]:
    """The answer as a dictionary. `people` has more than one member where a merge came later."""
    return {
        "at": clock.canonical(at),
        "people": [
            {
                "subject_ids": [str(one) for one in person.subject_ids if one != NOBODY],
                "restricted": person.is_restricted,
                "notice_version": person.notice_version,
                "purposes": [_purpose(one) for one in person.purposes if wanted in ("", one.purpose)],
            }
            for person in state
        ],
    }


def _purpose(one: PurposeState) -> dict[str, Any]:
    decision = one.decision
    return {
        "purpose": one.purpose,
        "channel": one.channel,
        "status": one.status,
        "decision": "allow" if decision.allowed else "deny",
        "reason": decision.reason,
        "basis": decision.basis,
        "event_id": str(decision.event_id) if decision.event_id else None,
        "since": clock.canonical(one.since) if one.since else None,
        "expires_at": clock.canonical(decision.expires_at) if decision.expires_at else None,
        "trace": list(decision.trace),
    }


def _subject(body: dict[str, Any]) -> tuple[str, str]:
    subject = body.get("subject")
    if not isinstance(subject, dict) or len(subject) != 1 or not set(subject) <= KINDS:
        raise InvalidInput(f"Name one identifier: {', '.join(sorted(KINDS))}.", field="subject")
    [(kind, value)] = subject.items()
    if not isinstance(value, str):
        raise InvalidInput("The identifier is a text.", field="subject")
    return kind, value
