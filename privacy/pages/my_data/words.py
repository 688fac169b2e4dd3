"""Columns and values in plain words. Pure."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Field

from privacy.audit.registry import label_of as event_label

COLUMNS = {
    "agent": "Device",
    "date_joined": "Account opened",
    "ip": "IP address",
    "is_supplementary": "Supplement",
    "last_login": "Last sign-in",
    "logged_in_at": "Signed in",
    "logged_out_at": "Ended",
    "user_agent": "Browser",
    "at": "When",
    "actor_kind": "By whom",
    "via": "Door",
    "door": "Door",
    "type": "What",
    "policy_on": "Policy of",
    "notice_on": "Notice of",
    "shown_name": "Name shown",
    "asked": "Consents asked for",
    "promotion_ended_on": "Last day",
    "rows": "Rows",
    "until": "Until",
}
SINCE = {
    "asked_at": "the day you asked",
    "at": "the day of the entry",
    "closed_at": "the day the request was closed",
    "created_at": "the day it was made",
    "decided_at": "the day it was decided",
    "erase_on": "the day noted in the row",
    "expires_at": "the end of the link",
    "logged_in_at": "the sign-in",
    "opened_at": "the day it began",
    "prepared_at": "the day it was made",
    "received_at": "the day it reached us",
    "since": "its beginning",
}
ACTORS = {
    "subject": "You, or somebody signed in as you",
    "staff": "A member of our staff",
    "api": "A connected system",
    "operator": "An operator of this service",
    "system": "Done automatically",
    "anonymous": "A visitor who was not signed in",
}
LONG = 240  # characters; what is longer is folded


def column_words(name: str) -> str:
    """ "Created" for created_at; a table of its own for what would read oddly."""
    if name in COLUMNS:
        return COLUMNS[name]
    plain = name.removesuffix("_at").removesuffix("_on").removeprefix("is_").replace("_", " ")
    return plain[:1].upper() + plain[1:]


def since_words(name: str) -> str:
    """From when a period counts: "the sign-in" for logged_in_at."""
    return SINCE.get(name, f"“{column_words(name)}”")


def value_words(field: "Field[Any, Any]", value: Any, purposes: Mapping[str, str]) -> str:
    """A value as a person reads it. `purposes` are the labels of the policy by code."""
    if value in (None, "", {}):
        return "–"
    if isinstance(value, str):
        return _text_words(field, value, purposes)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{_day(value)}, {value.astimezone(dt.UTC):%H:%M} UTC"
    if isinstance(value, dt.date):
        return _day(value)
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return "; ".join(f"{purposes.get(name, _code(name))}: {_code(each).lower()}" for name, each in value.items())
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _text_words(field: "Field[Any, Any]", text: str, purposes: Mapping[str, str]) -> str:
    if field.name == "actor_kind":
        return ACTORS.get(text, text)
    if field.name == "type" and field.model._meta.label == "audit.AuditEvent":
        return event_label(text)
    if field.name == "purpose":
        return purposes.get(text, _code(text))
    if choices := dict(field.flatchoices):
        return _code(str(choices.get(text, text)))
    return text


def days_words(days: int) -> str:
    """ "10 years" for 3650, "90 days" for 90."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return f"{years} year{'s' if years > 1 else ''}"
    return f"{days} day{'s' if days != 1 else ''}"


def _day(value: dt.date) -> str:
    moment = value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value
    return f"{moment.day} {moment:%b %Y}"


def _code(text: str) -> str:
    plain = text.replace("_", " ")
    return plain[:1].upper() + plain[1:]
