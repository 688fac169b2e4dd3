"""Columns and values in plain words. Pure."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Field
from django.utils import dateformat, translation
from django.utils.translation import gettext, ngettext

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
    "action_flag": "Kind of change",
    "action_time": "Time of change",
    "agent_request_id": "Number at the agent",
    "ask": "Question",
    "code_by": "How the code goes",
    "covers_receipt": "Covers receiving the answer",
    "digest": "Fingerprint",
    "end_reason": "How it ended",
    "final_at": "Final answer",
    "gag_until": "To be kept secret until",
    "is_held": "Held by a legal hold",
    "is_one_pair": "One pair of eyes",
    "lift_on": "Ends on",
    "media_type": "File type",
    "message_class": "Kind of message",
    "notice_digest": "Fingerprint of the notice",
    "old": "Before",
    "pace": "How often",
    "position": "Place in the mail",
    "promise_days": "Days promised",
    "quarantined_at": "Set aside",
    "regime": "Law",
    "role": "Our role",
    "ruling": "Decision",
    "runs_at": "Runs on",
    "safe_on": "Our own target day",
    "said_at": "Said on",
    "shown_digest": "Fingerprint of what was shown",
    "subject": "Subject line",
    "touchpoint": "Where it happened",
    "words": "In words",
}
CODES = {  # what reads oddly with nothing but a capital letter
    "api": "API",
    "iOS": "iOS",
    "opendsr": "OpenDSR",
    "safeguards copy": "Copy of safeguards",
    "turned": "Became a request",
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
    return gettext(plain_column(name))


def plain_column(name: str) -> str:
    """The same in the main language."""
    if name in COLUMNS:
        return COLUMNS[name]
    plain = name.removesuffix("_at").removesuffix("_on").removeprefix("is_").replace("_", " ")
    return plain[:1].upper() + plain[1:]


def since_words(name: str) -> str:
    """From when a period counts: "the sign-in" for logged_in_at."""
    return gettext(SINCE[name]) if name in SINCE else f"“{column_words(name)}”"


def value_words(field: "Field[Any, Any]", value: Any, purposes: Mapping[str, str]) -> str:
    """A value as a person reads it. `purposes` are the labels of the policy by code."""
    if value in (None, "", {}):
        return "–"
    if isinstance(value, str):
        return _text_words(field, value, purposes)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dt.datetime):
        return f"{_day(value)}, {value.astimezone(dt.UTC):%H:%M} UTC"
    if isinstance(value, dt.date):
        return _day(value)
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return "; ".join(
            f"{purposes.get(name, code_words(name))}: {code_words(each).lower()}" for name, each in value.items()
        )
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _text_words(field: "Field[Any, Any]", text: str, purposes: Mapping[str, str]) -> str:
    if field.name == "actor_kind":
        return gettext(ACTORS[text]) if text in ACTORS else text
    if field.name == "type" and field.model._meta.label == "audit.AuditEvent":
        return gettext(event_label(text))
    if field.name == "purpose":
        return purposes.get(text, code_words(text))
    if choices := dict(field.flatchoices):
        return code_words(str(choices.get(text, text)))
    return text


def days_words(days: int) -> str:
    """ "10 years" for 3650, "90 days" for 90."""
    years, rest = divmod(days, 365)
    if years and not rest:
        return ngettext("%(number)s year", "%(number)s years", years) % {"number": years}
    return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}


def _day(value: dt.date) -> str:
    moment = value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value
    return dateformat.format(moment, "j. M Y" if translation.get_language() == "de" else "j M Y")


def code_words(text: str) -> str:
    """A code in words of the reader's language, as far as there are any."""
    return gettext(plain_code(text))


def plain_code(text: str) -> str:
    """The same in the main language."""
    plain = text.replace("_", " ")
    return CODES.get(plain) or plain[:1].upper() + plain[1:]
