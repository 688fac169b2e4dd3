"""A request as its controller reads it: the shapes of the specification, and what it does not know as our extension."""

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from dsr.opendsr.models import ProtocolRequest
from dsr.opendsr.signing import processor_domain
from dsr.opendsr.vocabulary import API_VERSION, HASHED_TYPES, HASHES, RAW, RIGHTS, TYPES, Status


def as_bytes(body: dict[str, Any]) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(body, separators=(",", ":")).encode()


def rfc3339(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def discovery_body() -> dict[str, Any]:
    """What we can do, for anybody."""
    identities = [{"identity_type": each, "identity_format": RAW} for each in TYPES]
    identities += [{"identity_type": each, "identity_format": form} for each in sorted(HASHED_TYPES) for form in HASHES]
    return {
        "api_version": API_VERSION,
        "supported_identities": identities,
        "supported_subject_request_types": list(RIGHTS),
        "processor_certificate": f"{settings.KEPT_BASE_URL}/opendsr/certificate.pem",
    }


def base_body(request: ProtocolRequest) -> dict[str, Any]:
    return {
        "controller_id": str(request.controller_id),
        "subject_request_id": str(request.subject_request_id),
        "api_version": API_VERSION,
    }


def expected_at(request: ProtocolRequest) -> str:
    """The end of the day on which the case is due."""
    due_on = request.case.due_on
    if due_on is None:
        return rfc3339(request.submitted_at + dt.timedelta(days=30))
    end = dt.datetime.combine(due_on, dt.time(23, 59, 59), ZoneInfo(settings.KEPT_TIME_ZONE))
    return rfc3339(end)


def status_body(request: ProtocolRequest, status: str = "") -> dict[str, Any]:
    """How it stands; how it stood, where `status` names an earlier one."""
    body = {
        **base_body(request),
        "expected_completion_time": expected_at(request),
        "request_status": status or request.status,
    }
    if body["request_status"] == Status.COMPLETED and request.results_count is not None:
        body["results_count"] = request.results_count
        if request.result_file:
            body["results_url"] = f"{settings.KEPT_BASE_URL}/opendsr/results/{request.pk}"
    if extra := _extension(request, body["request_status"]):
        body["extensions"] = {processor_domain(): extra}
    return body


def _extension(request: ProtocolRequest, status: str) -> dict[str, Any]:
    """What the four statuses cannot say."""
    if status == Status.CANCELLED and request.reason:
        return {"sent_back": request.reason}
    if status != Status.COMPLETED:
        return {}
    found: dict[str, Any] = {}
    if request.retained_count:
        found["retained_count"] = request.retained_count
    if request.unmatched_count:
        found["hashes_not_matched"] = request.unmatched_count
    return found
