"""The schema of passing data on."""

from accounts.api_shapes import KINDS
from privacy.kernel.openapi import Schema, operation

TEXT = {"type": "string"}
SUBJECT: Schema = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": dict.fromkeys(KINDS, TEXT),
}
KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
DISCLOSURE = {
    "type": "object",
    "required": ["id", "at", "recipient", "purpose", "categories", "basis", "grant_id", "notice_version"],
    "properties": {
        **dict.fromkeys(("id", "at", "recipient", "purpose", "basis", "notice_version"), TEXT),
        "categories": {"type": "array", "items": TEXT},
        "grant_id": {"type": ["string", "null"], "format": "uuid"},
    },
}

operation(
    "disclosures",
    request={
        "type": "object",
        "required": ["subject", "recipient", "purpose", "categories"],
        "additionalProperties": False,
        "properties": {
            "subject": SUBJECT,
            "recipient": TEXT,
            "purpose": TEXT,
            "categories": {"type": "array", "minItems": 1, "maxItems": 20, "items": TEXT},
        },
    },
    answers={200: DISCLOSURE, 201: DISCLOSURE},
    parameters=[KEY],
)
operation(
    "disclosures_ask",
    request={
        "type": "object",
        "required": ["subject", "recipient", "purpose"],
        "additionalProperties": False,
        "properties": {"subject": SUBJECT, **dict.fromkeys(("recipient", "purpose", "site", "language"), TEXT)},
    },
    answers={202: {"type": "object", "required": ["state"], "properties": {"state": TEXT}}},
)
operation(
    "addon_purchases",
    request={
        "type": "object",
        "required": ["subject", "publisher"],
        "additionalProperties": False,
        "properties": {"subject": SUBJECT, "publisher": TEXT},
    },
    answers={200: DISCLOSURE, 201: DISCLOSURE},
    parameters=[KEY],
)
