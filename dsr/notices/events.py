"""Erasures, corrections and restrictions as signed events. A person is named by keyed hashes, never in clear.

`ref` is the same that events about consent carry, so a receiver that keeps it finds the person after the erasure
too; the hashes of addresses are in the first message alone, because nothing here knows them any more afterwards.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from dsr.notices.vocabulary import Event
from privacy.jobs.webhooks.models import WebhookEndpoint
from privacy.jobs.webhooks.topics import Happening, topic
from privacy.personal_data.contract import Person

HASHED = ("email", "phone")
_person: ContextVar[Person | None] = ContextVar("person", default=None)


@contextmanager
def about(person: Person) -> Iterator[None]:
    """While it lasts, messages are written about this person."""
    token = _person.set(person)
    try:
        yield
    finally:
        _person.reset(token)


def topic_of(event: str) -> str:
    """The topic of an event."""
    return f"subject.{event}"


def _render(endpoint: WebhookEndpoint, happenings: Sequence[Happening]) -> list[dict[str, Any]]:
    person = _person.get()
    return [_data(endpoint, each, person) for each in happenings]


def _data(endpoint: WebhookEndpoint, happening: Happening, person: Person | None) -> dict[str, Any]:
    key = endpoint.hash_key.encode()
    known = person.identities if person else ()
    prefix = endpoint.external_prefix
    return {
        "event_id": str(happening.event_id),
        "subject": {
            "refs": [_keyed(key, str(one)) for one in (person.subject_ids if person else (happening.subject_id,))],
            "hashes": [{"kind": each.kind, "hash": _keyed(key, each.value)} for each in known if each.kind in HASHED],
            "external": [
                each.value for each in known if prefix and each.kind == "external" and each.value.startswith(prefix)
            ],
        },
    }


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


for _event, _label in (
    (Event.ERASED, "A person's data was erased"),
    (Event.RECTIFIED, "A person's data was corrected"),
    (Event.RESTRICTED, "A person's data may only be stored"),
):
    topic(topic_of(_event), label=_label)(_render)
