"""What may leave by which way, and the code that opens it. Pure but for chance."""

import secrets

from privacy.kernel.errors import DomainError, InvalidInput

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is mistaken for another when read out
GROUPS, IN_GROUP = 5, 5
MOST_BY_MAIL = 7 * 1024 * 1024  # bytes: a mail grows by a third, and many servers take 10 MB
PAIRS = {"mail": {"post", "phone"}, "medium": {"mail", "phone"}}


def new_code() -> str:
    """A code of 125 bits, in groups that can be read out and typed."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(IN_GROUP)) for _ in range(GROUPS))


def check_ways(*, way: str, code_by: str, contact: dict[str, str], size: int) -> None:
    """Raise InvalidInput naming the field where archive and code would go one way or nobody could be reached, and
    DomainError(too_large) where a mail cannot carry `size` bytes. `contact`: email, phone and postal of the person."""
    if way not in PAIRS:
        raise InvalidInput("Choose how the archive leaves.", field="way")
    if code_by not in PAIRS[way]:
        raise InvalidInput("The code goes another way than the archive: choose one that differs.", field="code_by")
    needed = {"mail": "email", "medium": "postal", "post": "postal", "phone": "phone"}
    for field, value in (("way", way), ("code_by", code_by)):
        if not contact[needed[value]].strip():
            what = {"email": "email address", "postal": "postal address", "phone": "phone number"}[needed[value]]
            raise InvalidInput(f"No {what} of the person is known. Choose another way.", field=field)
    if way == "mail" and size > MOST_BY_MAIL:
        raise DomainError(
            f"The package has {size // 1024**2} MB, and a mail carries {MOST_BY_MAIL // 1024**2}. "
            "Send it on a medium by post.",
            code="too_large",
        )
