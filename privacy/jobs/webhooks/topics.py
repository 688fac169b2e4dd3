"""The kinds of event that can be told. An app registers a topic with the function that writes its messages."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from privacy.jobs.webhooks.models import WebhookEndpoint

PING = "webhooks.ping"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, as ids and codes. `sequence` rises with each event of a person."""

    topic: str
    event_id: uuid.UUID
    at: dt.datetime
    sequence: int
    subject_id: uuid.UUID | None = None
    about: str = ""
    lowers: bool = False
    is_demo: bool = False


Render = Callable[[WebhookEndpoint, Sequence[Happening]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Topic:
    """`render` gives the `data` of each message, in order, as this endpoint may see it."""

    name: str
    label: str
    render: Render


_topics: dict[str, Topic] = {}


def topic(name: str, *, label: str) -> Callable[[Render], Render]:
    """Register the renderer of a topic; ValueError where the name is taken."""

    def register(render: Render) -> Render:
        if name in _topics:
            raise ValueError(f"The topic {name} is registered twice.")
        _topics[name] = Topic(name, label, render)
        return render

    return register


def known_topic(name: str) -> Topic:
    """The topic; KeyError where no app has it."""
    return _topics[name]


def subscribable() -> list[Topic]:
    """What an endpoint can ask for. Test messages go to everybody."""
    return [each for name, each in sorted(_topics.items()) if name != PING]


@topic(PING, label="Test message")
def render_ping(_endpoint: WebhookEndpoint, happenings: Sequence[Happening]) -> list[dict[str, Any]]:
    """Says nothing about anybody."""
    return [{"test": True} for _ in happenings]
