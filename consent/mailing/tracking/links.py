"""Addresses that carry their own target, sealed: nothing is stored for them, and they lead nowhere else."""

import re
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from privacy.kernel.errors import InvalidInput
from privacy.kernel.tokens import open_token, sealed_token

CLICK, OPEN = "mailing.click", "mailing.open"
LONGEST = 1500  # characters of a target; the sealed address stays below what mail programs cut
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")


@dataclass(frozen=True, slots=True)
class Measured:
    """One link or picture of one mail to one person. `target` is empty for the picture."""

    subject_id: uuid.UUID
    topic: str
    mail_id: str
    campaign: uuid.UUID | None = None
    position: int = 0
    target: str = ""


def click_url(link: Measured) -> str:
    """The address that stands in the mail in place of the target. InvalidInput for what is no web address."""
    check_target(link.target)
    token = sealed_token(CLICK, {**_values(link), "n": link.position, "u": link.target})
    return settings.KEPT_BASE_URL + reverse("mail_click", args=[token])


def open_url(link: Measured) -> str:
    """The address of the picture."""
    return settings.KEPT_BASE_URL + reverse("mail_open", args=[sealed_token(OPEN, _values(link))])


def check_target(target: str) -> None:
    """Only web addresses: nothing that a browser would run."""
    url = urlsplit(target)
    if url.scheme not in {"http", "https"} or not url.hostname or len(target) > LONGEST or not target.isprintable():
        raise InvalidInput(f"A link is an http or https address of at most {LONGEST} characters.", field="links")


def read(use: str, token: str) -> Measured:
    """NotFound for anything that is not such a token."""
    values = {name: str(value) for name, value in open_token(use, token).items()}
    return Measured(
        uuid.UUID(values["s"]),
        values["t"],
        values["m"],
        uuid.UUID(values["g"]) if values["g"] else None,
        int(values.get("n", "0")),
        values.get("u", ""),
    )


def _values(link: Measured) -> dict[str, str | int]:
    campaign = link.campaign.hex if link.campaign else ""
    return {"s": link.subject_id.hex, "t": link.topic, "m": link.mail_id, "g": campaign}


def addresses_in(text: str) -> list[str]:
    """The web addresses of a text, each once, in order."""
    return list(dict.fromkeys(ADDRESS.findall(text)))
