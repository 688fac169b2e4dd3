"""The schema of what sites report."""

from accounts.api_shapes import KINDS
from privacy.intake.totals import OF
from privacy.intake.vocabulary import Touchpoint
from privacy.kernel.openapi import Schema, operation

TEXT = {"type": "string"}
DAY = {"type": "string", "format": "date"}
SUBJECT: Schema = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": dict.fromkeys(KINDS, TEXT),
}
AGE: Schema = {
    "type": "object",
    "properties": {"proof": TEXT, "born_on": DAY, "years": {"type": "integer"}, "country": TEXT},
}
KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
VALUE = {
    "type": "object",
    "required": ["name", "category", "value"],
    "properties": {**dict.fromkeys(("name", "category", "value", "source", "evidence"), TEXT), "obtained_on": DAY},
}
CONSENT = {
    "type": "object",
    "required": ["purpose", "answer"],
    "properties": {"purpose": TEXT, "answer": {"type": "boolean"}, "recipient": TEXT},
}
COLLECTION = {
    "type": "object",
    "required": ["subject", "touchpoint", "site", "form", "notice", "age"],
    "additionalProperties": False,
    "properties": {
        "subject": SUBJECT,
        "touchpoint": {"enum": sorted(Touchpoint.values)},
        **dict.fromkeys(("site", "form", "purpose"), TEXT),
        "notice": {"type": "object", "required": ["version"], "properties": {"version": DAY, "language": TEXT}},
        "age": AGE,
        "values": {"type": "array", "maxItems": 50, "items": VALUE},
        "consents": {"type": "array", "maxItems": 30, "items": CONSENT},
    },
}
COLLECTED = {
    "type": "object",
    "required": ["id", "received_at", "masked", "tell_by", "consents"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "received_at": {"type": "string", "format": "date-time"},
        "masked": {"type": "integer"},
        "tell_by": {"type": ["string", "null"], "format": "date"},
        "consents": {"type": "object", "additionalProperties": TEXT},
    },
}
STANDING = {"type": "object", "required": ["id", "state"], "properties": {"id": TEXT, "state": TEXT}}
NAMED = {"subject": SUBJECT, **dict.fromkeys(("site", "name", "language"), TEXT)}


def reported(**more: Schema) -> Schema:
    """The body of something to publish."""
    required = ["subject", "site", "name", *more]
    return {"type": "object", "required": required, "additionalProperties": False, "properties": {**NAMED, **more}}


operation("collections", request=COLLECTION, answers={200: COLLECTED, 201: COLLECTED}, parameters=[KEY])
operation("testimonials_api", request=reported(text=TEXT), answers={200: STANDING, 201: STANDING}, parameters=[KEY])
operation("customers_api", request=reported(), answers={200: STANDING, 201: STANDING}, parameters=[KEY])
operation(
    "promotion_entries",
    request={
        "type": "object",
        "required": ["subject", "age", "consent"],
        "additionalProperties": False,
        "properties": {
            "subject": SUBJECT,
            "age": AGE,
            "consent": {"type": "boolean"},
            "language": TEXT,
            "answers": {
                "type": "array",
                "maxItems": 20,
                "items": {"type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}},
            },
        },
    },
    answers={200: STANDING, 202: STANDING},
    parameters=[KEY],
)
operation(
    "totals_api",
    method="get",
    parameters=[{"name": "of", "in": "query", "required": True, "schema": {"enum": list(OF)}}],
    answers={
        200: {
            "type": "object",
            "required": ["of", "least", "cells"],
            "properties": {
                "of": TEXT,
                "least": {"type": "integer"},
                "cells": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["value", "people"],
                        "properties": {"value": TEXT, "people": {"type": "integer"}},
                    },
                },
            },
        }
    },
)
