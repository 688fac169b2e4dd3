"""The schema of filing and following requests."""

from dsr.rights import RIGHTS
from privacy.kernel.openapi import Schema, operation

TEXT: Schema = {"type": "string"}
FILED: Schema = {
    "type": "object",
    "required": ["reference", "state", "received_at", "due_on"],
    "properties": {
        "reference": {"type": "string", "example": "KX-ABCDEFG"},
        "state": {"enum": ["received", "unconfirmed", "open", "answered", "ended"]},
        "received_at": {"type": "string", "format": "date-time"},
        "due_on": {"type": ["string", "null"], "format": "date"},
    },
}
WISH: Schema = {
    "type": "object",
    "required": ["rights", "email"],
    "additionalProperties": False,
    "properties": {
        "rights": {"type": "array", "minItems": 1, "items": {"enum": list(RIGHTS)}},
        "email": {"type": "string", "maxLength": 254},
        "name": {"type": "string", "maxLength": 120},
        "message": {"type": "string", "maxLength": 5000, "description": "Needed for a correction or a question"},
        "language": {"type": "string", "example": "de"},
        "region": {"type": "string", "description": "Where the person says they live, such as DE or US-CA"},
    },
}
KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}

operation("subject_requests_api", request=WISH, answers={200: FILED, 202: FILED}, parameters=[KEY])
operation("subject_request_api", method="get", answers={200: FILED})
