"""What in a text looks as if it must not leave: pure, by patterns. Whether an address is somebody else's is asked
elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from privacy.kernel import card_numbers
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import normalize

SHORTEST = 6  # characters: what is shorter identifies nobody and is no secret
OUTSIDE = r"\s@\"'<>(),:;\[\]{}\\|/=&?"  # what no address has
EMAIL = re.compile(rf"[^{OUTSIDE}]{{1,64}}@[^{OUTSIDE}]{{1,200}}\.[^\W\d_]{{2,24}}")
PHONE = re.compile(r"(?<![\w+.\-/])(?:\+|00)?\d(?:[ ().\-/]{0,2}\d){5,14}(?![\w\-])")
# Times, days and ids of rows are no phone numbers and no ids of people.
OF_A_MACHINE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|-?\d{1,5}(?:\.\d+)?"
)
TOKEN = re.compile(r"(?=.{6,64}\Z)(?=.*\d)[\w.:\-]+", re.ASCII)
SECRET = re.compile(
    r"pbkdf2_sha(?:1|256|512)\$\d+\$[\w./+]+\$[\w./+=]+|\$2[abxy]\$\d\d\$[\w./]{53}|\$argon2(?:id|i|d)\$[\w$,=+/.\-]{20,}"
    r"|scrypt:\d+:\d+:\d+\$[\w$./+=]{20,}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    r"|(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)|(?<!\w)(?:sk|rk)_(?:live|test)_\w{10,}|(?<!\w)whsec_[\w+/=]{16,}"
    r"|(?<!\w)xox[abposr]-[\w\-]{10,}|(?<!\w)gh[pousr]_\w{20,}|(?<!\w)kept_[\w\-]{30,}|(?<!\w)AIza[\w\-]{35}"
    r"|(?<!\w)eyJ[\w\-]{8,}\.eyJ[\w\-]{8,}\.[\w\-]{8,}|(?i:\bbearer\s+[\w\-.=+/]{20,})"
)
SECRET_COLUMN = re.compile(
    r"(?i)(?:^|[_\-. ])(?:password|passwd|pwd|passphrase|secret|api[_\-]?key|private[_\-]?key"
    r"|(?:access|refresh|auth|session|reset)[_\-]?token|token[_\-]?hash)(?:$|[_\-. ])"
)
STAFF_COLUMN = re.compile(
    r"(?i)(?:^|[_\-. ])(?:internal|staff|agent|private|confidential)[_\-. ]?(?:note|comment|remark|memo)s?(?:$|[_\-. ])"
)
MASKS = {
    "email": "[an address of somebody else]",
    "phone": "[a number of somebody else]",
    "external": "[an id of somebody else]",
    "device": "[a device of somebody else]",
    "pseudonym": "[an id of somebody else]",
    "secret": "[a secret]",
    "card_number": card_numbers.CARD_MASK,
    "ssn": card_numbers.SSN_MASK,
    "staff_note": "[a note of our staff]",
}
BY_ID = ("external", "device", "pseudonym")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in a text. `value` is normalized where it identifies somebody."""

    kind: str
    value: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def kind_of_column(name: str) -> str:
    """`secret` or `staff_note` where the name of a column says so."""
    if SECRET_COLUMN.search(name):
        return "secret"
    return "staff_note" if STAFF_COLUMN.search(name) else ""


def certain(column: str, text: str) -> Iterator[Hit]:
    """What must not leave whoever it belongs to."""
    if kind := kind_of_column(column):
        yield Hit(kind, text, 0, len(text))
        return
    for match in SECRET.finditer(text):
        yield Hit("secret", match.group(), *match.span())
    for match in card_numbers.DIGITS.finditer(text):
        if card_numbers.is_card_number(match.group()):
            yield Hit("card_number", match.group(), *match.span())
    for match in card_numbers.SSN.finditer(text):
        yield Hit("ssn", match.group(), *match.span())


def perhaps(text: str) -> Iterator[Hit]:
    """What identifies somebody, if it is known as such: addresses, numbers, and a text that is one id as a whole."""
    for match in EMAIL.finditer(text) if "@" in text else ():
        yield from _normal("email", match.group(), *match.span())
    for match in PHONE.finditer(text):
        if not OF_A_MACHINE.fullmatch(match.group()):
            yield from _normal("phone", match.group(), *match.span())
    if TOKEN.fullmatch(text):
        for kind in BY_ID:
            yield Hit(kind, text, 0, len(text))


def is_plain(text: str) -> bool:
    """A time, a day, the id of a row or a small number: nothing to look at."""
    return bool(OF_A_MACHINE.fullmatch(text))


def _normal(kind: str, text: str, start: int, end: int) -> Iterator[Hit]:
    try:
        yield Hit(kind, normalize(kind, text), start, end)
    except InvalidInput:
        return


def hint(kind: str, value: str) -> str:
    """So much of a value that a person recognizes it: never the whole."""
    if kind == "email":
        local, _, domain = value.partition("@")
        return f"{local[:1]}***@{domain[:1]}***"
    if kind in {"phone", "card_number", "ssn"}:
        return f"***{value[-2:]}"
    return f"{value[:2]}***" if kind in BY_ID else "***"
