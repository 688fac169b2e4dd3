"""Card and social security numbers in what people type: found and masked, so that none is ever kept. Pure.

A card number is 13 to 19 digits that begin as the schemes' numbers do and pass their check digit. A phone
number with its plus, or a reference of other digits, stays.
"""

import re

DIGITS = re.compile(r"(?<![\w+])(?:\d[ \-.\u2010-\u2015\u00a0]?){12,18}\d(?!\w)", re.ASCII)
SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}([-\u2010-\u2015 ])(?!00)\d{2}\1(?!0000)\d{4}(?![\w-])", re.ASCII)
SCHEMES = re.compile(
    r"(?:4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[689]\d)\d{11,16}"  # Diners
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12,15}"  # Discover
    r"|(?:60|65|81|82|508|353|356)\d{13,14}"  # RuPay
    r"|62\d{14,17}"  # UnionPay
    r"|(?:50|5[6-9]|6\d)\d{10,17})"  # Maestro
)
CARD_MASK, SSN_MASK = "[card number removed]", "[social security number removed]"
FULLWIDTH = {ord("\uff10") + n: str(n) for n in range(10)}


def is_card_number(text: str) -> bool:
    """Whether these digits (with spaces or hyphens) are a card number."""
    digits = re.sub(r"\D", "", text.translate(FULLWIDTH))
    return bool(SCHEMES.fullmatch(digits)) and _luhn(digits)


def mask_numbers(text: str) -> tuple[str, int]:
    """The text without card and social security numbers, and how many there were."""
    found = 0

    def card(match: re.Match[str]) -> str:
        nonlocal found
        if not is_card_number(match.group()):
            return match.group()
        found += 1
        return CARD_MASK

    plain = text.translate(FULLWIDTH)
    masked = DIGITS.sub(card, plain)
    masked, more = SSN.subn(SSN_MASK, masked)
    found += more
    return (masked, found) if found else (text, 0)


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of its two digits
    return total % 10 == 0
