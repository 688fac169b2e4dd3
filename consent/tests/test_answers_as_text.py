"""An answer is put together from texts that were encoded once: byte for byte as if all of it were encoded now."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest

from consent.api.rendering import as_json, as_text
from consent.rules import Decision, Standing
from consent.words import PLAIN, TOLD

THEN = dt.datetime(2026, 5, 1, 9, 30, 0, 120, tzinfo=dt.UTC)
BEGIN = ("purpose:click_tracking", "basis:consent")
STANDING = Standing("", "withdrawn", 3, uuid.UUID(int=7), THEN, uuid.UUID(int=8), THEN, THEN.date(), door="signed_in")


def decided(reason: str, *middle: str, allowed: bool = False, **more: Any) -> Decision:
    trace = (*BEGIN, *middle, f"{'allow' if allowed else 'deny'}:{reason}")
    return Decision(allowed, reason, "consent", "2018-05-15", version=12361939288128, trace=trace)._replace(**more)


ANSWERS = [
    *(decided(reason) for reason in PLAIN),
    *(decided(reason, standing=STANDING, event_id=STANDING.event_id, expires_at=THEN) for reason in TOLD),
    decided("given", allowed=True, standing=STANDING, event_id=str(STANDING.event_id), expires_at=THEN),
    decided("given", allowed=True, standing=STANDING, pace="fewer"),
    decided("not_given", 'category:"quoted" \\ ü'),
    decided("signal", "signal:gpc", standing=STANDING),
    Decision(False, "unknown_purpose", trace=("deny:unknown_purpose",)),
]


@pytest.mark.parametrize("decision", ANSWERS, ids=lambda one: "-".join(one.trace))
def test_the_text_is_that_of_the_values(decision: Decision) -> None:
    for if_version in (None, 1, decision.version):
        for _ in ("made", "remembered"):
            assert as_text(decision, if_version) == json.dumps(as_json(decision, if_version))
