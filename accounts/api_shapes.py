"""What every report of a partner system has in common: its method, its own key, its person."""

from django.http import HttpRequest

from privacy.kernel.errors import InvalidInput, WrongMethod
from privacy.kernel.identifiers import IdentifierKind, normalize
from privacy.kernel.json_shape import Fields

KINDS = (IdentifierKind.EMAIL.value, IdentifierKind.PHONE.value, IdentifierKind.EXTERNAL.value)
LONGEST_KEY = 200


def must_post(request: HttpRequest) -> None:
    """WrongMethod for anything but a POST."""
    if request.method != "POST":
        raise WrongMethod("Send a POST request.")


def idem_key_of(request: HttpRequest) -> str:
    """The sender's own key for this report; InvalidInput where it is missing or too long."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise InvalidInput(
            f"Send the header Idempotency-Key with 1 to {LONGEST_KEY} characters: the same for a repetition.",
            field="Idempotency-Key",
        )
    return key


def person(fields: Fields) -> tuple[str, str]:
    """Kind and value of the one identifier in `subject`, normalized."""
    kind, value = fields.part("subject").one_of(KINDS)
    try:
        return kind, normalize(kind, value)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=f"subject.{kind}") from None
