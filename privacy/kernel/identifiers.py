"""One normalization of identifiers, used by accounts, intake, consent and connectors alike."""

import enum
import re
import unicodedata

from privacy.kernel.errors import InvalidInput

MAX_LENGTH = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
MAX_TYPED = 4 * MAX_LENGTH  # NFKC may shorten a text; it works for a minute on a megabyte, so it never gets one
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]{1,64}@[^@\s\"(),:;<>\[\]\\]{1,253}")
_LABEL = LABEL.pattern.replace("(", "(?:")
# Small letters only, and nothing that any step of `normalize` would touch or refuse: most addresses are so.
PLAIN_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:{_LABEL}\.)+{_LABEL}")


class IdentifierKind(enum.StrEnum):
    """What kind of identifier a value is."""

    EMAIL = "email"
    PHONE = "phone"
    DEVICE = "device"
    EXTERNAL = "external"
    PSEUDONYM = "pseudonym"  # a visitor's browser: an id that the server set in a cookie


def normalize(kind: str, value: str) -> str:
    """The one form in which an identifier is compared, indexed and mailed.

    Email: NFKC, lower case, domain in IDNA. Phone: `+` and digits. Others: trimmed.
    Raises InvalidInput(field="identifier") for what cannot be one.
    """
    if kind == IdentifierKind.EMAIL and len(value) <= MAX_LENGTH and PLAIN_EMAIL.fullmatch(value):
        return value
    text = unicodedata.normalize("NFKC", value).strip() if len(value) <= MAX_TYPED else ""
    if len(text) > MAX_TYPED:  # one character may become eighteen
        text = ""
    is_plain = text.isascii() and text.isprintable()  # nearly always, and asked a million times by an import
    if not is_plain and any(unicodedata.category(char) in UNSEEN for char in text):
        raise InvalidInput("Remove the invisible or control characters.", field="identifier")
    if kind == IdentifierKind.EMAIL:
        return _email(text)
    if kind == IdentifierKind.PHONE:
        return _phone(text)
    if not text or len(text) > MAX_LENGTH:
        raise InvalidInput(f"Give between 1 and {MAX_LENGTH} characters.", field="identifier")
    return text


def _email(text: str) -> str:
    local, _, domain = text.lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        domain = ""
    address = f"{local}@{domain}"
    if (
        len(address) > MAX_LENGTH
        or not EMAIL.fullmatch(address)
        or "." not in domain
        or not all(LABEL.fullmatch(label) for label in domain.split("."))
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
    ):
        raise InvalidInput("Write an email address such as name@example.com.", field="identifier")
    return address


def _phone(text: str) -> str:
    digits = re.sub(r"[\s().\-/]", "", text)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if not re.fullmatch(r"\+?[0-9]{5,15}", digits):
        raise InvalidInput("Write a phone number with its country code, such as +49 30 1234567.", field="identifier")
    return digits


def mask_email(address: str) -> str:
    """`jane@example.com` as `j***@e***`: for people who may not see it (promise S57)."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain[:1]}***"
