"""The schema of the doors of OpenDSR 2.0."""

from dsr.opendsr.vocabulary import HASHES, RAW, REGIONS, RIGHTS, TYPES, Status
from privacy.kernel.openapi import Schema, another_operation, operation

TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
FAULT: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "errors"],
            "properties": {
                "code": {"type": "integer"},
                "message": TEXT,
                "errors": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"domain": TEXT, "reason": TEXT, "message": TEXT}},
                },
            },
        }
    },
}
IDENTITY: Schema = {
    "type": "object",
    "required": ["identity_type", "identity_value", "identity_format"],
    "additionalProperties": False,
    "properties": {
        "identity_type": {"enum": list(TYPES)},
        "identity_value": {"type": "string", "minLength": 1},
        "identity_format": {"enum": [RAW, *HASHES]},
    },
}
FILING: Schema = {
    "type": "object",
    "required": ["regulation", "subject_request_id", "subject_request_type", "subject_identities", "submitted_time"],
    "additionalProperties": False,
    "properties": {
        "regulation": {"enum": list(REGIONS)},
        "subject_request_id": UUID,
        "subject_request_type": {"enum": list(RIGHTS)},
        "subject_identities": {"type": "array", "minItems": 1, "maxItems": 50, "items": IDENTITY},
        "submitted_time": MOMENT,
        "api_version": TEXT,
        "status_callback_urls": {"type": "array", "maxItems": 5, "items": TEXT},
        "extensions": {"type": "object"},
    },
}
BASE = {"controller_id": UUID, "subject_request_id": UUID, "api_version": TEXT}
FILED: Schema = {
    "type": "object",
    "properties": {
        **BASE,
        "received_time": MOMENT,
        "expected_completion_time": MOMENT,
        "encoded_request": TEXT,
        "processor_signature": TEXT,
    },
}
STATUS: Schema = {
    "type": "object",
    "properties": {
        **BASE,
        "expected_completion_time": MOMENT,
        "request_status": {"enum": [str(each) for each in Status]},
        "results_count": {"type": "integer"},
        "results_url": TEXT,
        "extensions": {"type": "object"},
    },
}
CANCELLED: Schema = {
    "type": "object",
    "properties": {**BASE, "received_time": MOMENT, "processor_signature": TEXT},
}
DISCOVERY: Schema = {
    "type": "object",
    "properties": {
        "api_version": TEXT,
        "supported_identities": {"type": "array", "items": {"type": "object"}},
        "supported_subject_request_types": {"type": "array", "items": {"enum": list(RIGHTS)}},
        "processor_certificate": TEXT,
    },
}

operation("opendsr_discovery", method="get", answers={200: DISCOVERY}, fault=FAULT)
operation("opendsr_certificate", method="get", answers={200: TEXT}, media_type="application/x-pem-file", fault=FAULT)
operation("opendsr_requests", request=FILING, answers={201: FILED}, fault=FAULT)
operation("opendsr_request", method="get", answers={200: STATUS}, fault=FAULT)
another_operation("opendsr_request", method="delete", answers={202: CANCELLED}, fault=FAULT)
operation("opendsr_results", method="get", answers={200: TEXT}, media_type="application/x-ndjson", fault=FAULT)
