"""The schema of the decision API and of the feed."""

from consent.api.questions import CODES, KINDS, MOST
from consent.vocabulary import Sale
from privacy.kernel.openapi import Schema, operation

TEXT = {"type": "string"}
QUESTION = {
    "type": "object",
    "required": ["subject", "purpose"],
    "properties": {
        "subject": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {kind: {"type": "string"} for kind in sorted(KINDS)},
        },
        "purpose": TEXT,
        **dict.fromkeys(CODES, TEXT),
        "signals": {"type": "array", "items": TEXT},
        "if_version": {"type": ["integer", "null"]},
    },
}
DECISION = {
    "type": "object",
    "required": ["decision", "reason", "version"],
    "properties": {
        "decision": {"enum": ["allow", "deny"]},
        "reason": TEXT,
        "version": {"type": "integer"},
        "unchanged": {"type": "boolean"},
        "basis": TEXT,
        "notice_version": TEXT,
        "event_id": {"type": ["string", "null"], "format": "uuid"},
        "expires_at": {"type": ["string", "null"], "format": "date-time"},
        "pace": {"enum": ["fewer"]},
        "trace": {"type": "array", "items": TEXT},
        "explanation": {"type": "array", "items": TEXT},
    },
}


def one_or_many(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST}]}


operation("decisions", request=one_or_many(QUESTION), answers={200: one_or_many(DECISION)})
operation(
    "consent_feed",
    method="get",
    parameters=[
        {"name": "after", "in": "query", "required": True, "schema": TEXT},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}},
    ],
    answers={
        200: {"type": "object", "required": ["feed", "after", "position", "has_more", "policy", "changes", "people"]}
    },
)
operation("consent_feed_snapshot", method="get", media_type="application/x-ndjson", answers={200: {"type": "string"}})
operation("consent_statistics", method="get")
operation(
    "sales",
    request={
        "type": "object",
        "required": ["subject", "purpose", "sale", "reference", "sold_on", "product", "offer", "offered_at"],
        "additionalProperties": False,
        "properties": {
            "subject": QUESTION["properties"]["subject"],  # type: ignore[index]  # a schema is a plain mapping
            **dict.fromkeys(("purpose", "reference", "product", "offer", "site"), TEXT),
            "sale": {"enum": list(Sale.values)},
            "sold_on": {"type": "string", "format": "date"},
            "offered_at": {"type": "string", "format": "date-time"},
        },
    },
    answers={200: {"type": "object", "required": ["recorded"], "properties": {"recorded": {"type": "boolean"}}}},
)
