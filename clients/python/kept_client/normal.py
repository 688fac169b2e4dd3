"""The normal form of identifiers, in which their hashes are made: as Kept makes them."""

import re
import unicodedata

LONGEST = 254
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
PHONE = re.compile(r"\+?[0-9]{5,15}")


class NotAnIdentifier(ValueError):
    """What cannot name a person."""


def normalize(kind: str, value: str) -> str:
    """Email: NFKC, lower case, domain in IDNA. Phone: `+` and digits. Others: NFKC, trimmed."""
    text = unicodedata.normalize("NFKC", value).strip()
    if not text or len(text) > 4 * LONGEST or any(unicodedata.category(char) in UNSEEN for char in text):
        raise NotAnIdentifier(kind)
    if kind == "email":
        local, _, domain = text.lower().rpartition("@")
        try:
            domain = domain.encode("idna").decode() if not domain.isascii() else domain
        except UnicodeError:
            domain = ""
        if not local or not domain:
            raise NotAnIdentifier(kind)
        return f"{local}@{domain}"
    if kind == "phone":
        digits = re.sub(r"[\s().\-/]", "", text)
        digits = f"+{digits[2:]}" if digits.startswith("00") else digits
        if not PHONE.fullmatch(digits):
            raise NotAnIdentifier(kind)
        return digits
    return text
