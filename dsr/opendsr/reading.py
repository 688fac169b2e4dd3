"""Read a request as a controller sent it: strictly, and naming each field that is at fault."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from dsr.opendsr.vocabulary import (
    HASHED_TYPES,
    HASHES,
    MOST_CALLBACKS,
    MOST_IDENTITIES,
    RAW,
    REGIONS,
    RIGHTS,
    TYPES,
)
from dsr.rules import OLDEST_RECEIPT
from privacy.jobs.webhooks.addresses import target_of
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import MAX_LENGTH, normalize
from privacy.kernel.json_shape import Fields

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
HEX = re.compile(r"[0-9a-f]+", re.ASCII)
LONGEST_URL = 500
AHEAD = dt.timedelta(minutes=5)  # clocks differ
EXTENSIONS = 10


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom it is about: the type of the protocol, the format, and the value, normalized where it is raw."""

    type: str
    format: str
    value: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A request that can be taken in."""

    subject_request_id: uuid.UUID
    kind: str
    regulation: str
    identities: tuple[Identity, ...]
    submitted_at: dt.datetime
    callback_urls: tuple[str, ...]


def read_filing(body: object, *, callback_domains: str, now: dt.datetime) -> Filing:
    """Take a body apart. InvalidInput names the field; nothing that was sent is repeated."""
    fields = Fields(body)
    filing = Filing(
        subject_request_id=_uuid4(fields),
        kind=fields.choice("subject_request_type", RIGHTS),
        regulation=fields.choice("regulation", REGIONS),
        identities=_identities(fields),
        submitted_at=_submitted(fields, now),
        callback_urls=_callbacks(fields, set(callback_domains.split())),
    )
    fields.text("api_version", most=20, default="2.0")
    _extensions(fields)
    fields.end()
    return filing


def _uuid4(fields: Fields) -> uuid.UUID:
    text = fields.text("subject_request_id", most=36)
    if not UUID4.fullmatch(text):
        raise InvalidInput("Send a UUID of version 4 in small letters.", field="subject_request_id")
    return uuid.UUID(text)


def _submitted(fields: Fields, now: dt.datetime) -> dt.datetime:
    at = fields.moment("submitted_time")
    if at > now + AHEAD:
        raise InvalidInput("This time is still to come.", field="submitted_time")
    if at < now - OLDEST_RECEIPT:
        raise InvalidInput("This time is over two years ago.", field="submitted_time")
    return min(at, now)


def _identities(fields: Fields) -> tuple[Identity, ...]:
    found = []
    for row in fields.rows("subject_identities", most=MOST_IDENTITIES, least=1):
        kind = row.choice("identity_type", TYPES)
        form = row.choice("identity_format", [RAW, *HASHES])
        value = row.text("identity_value", most=MAX_LENGTH)
        row.end()
        found.append(Identity(kind, form, _value(kind, form, value, row.path("identity_value"))))
    return tuple(dict.fromkeys(found))


def _value(kind: str, form: str, value: str, path: str) -> str:
    if form == RAW:
        try:
            return normalize(TYPES[kind], value)
        except InvalidInput as error:
            raise InvalidInput(error.message, field=path) from None
    if kind not in HASHED_TYPES:
        raise InvalidInput("This type is taken raw only; see discovery.", field=path)
    text = value.lower()
    if len(text) != HASHES[form] or not HEX.fullmatch(text):
        raise InvalidInput(f"Send the {HASHES[form]} hexadecimal digits of the hash.", field=path)
    return text


def _callbacks(fields: Fields, domains: set[str]) -> tuple[str, ...]:
    """Only to hosts that stand in the register. Where these lead is looked at again whenever something is sent."""
    sent = fields.texts("status_callback_urls", most=MOST_CALLBACKS, longest=LONGEST_URL)
    for number, url in enumerate(sent):
        path = f"status_callback_urls[{number}]"
        try:
            host = target_of(url).host
        except InvalidInput as error:
            raise InvalidInput(error.message, field=path) from None
        if host not in domains:
            raise InvalidInput("This host is not registered for your callbacks. Ask us to add it.", field=path)
    return tuple(dict.fromkeys(sent))


def _extensions(fields: Fields) -> None:
    """We have none of our own, and those of other processors are not for us: looked at in shape only."""
    if fields.has("extensions"):
        names = fields.names_of("extensions")
        if len(names) > EXTENSIONS or any(urlsplit(f"//{name}").hostname != name.lower() for name in names):
            raise InvalidInput("Extensions are objects, each under the domain of a processor.", field="extensions")
