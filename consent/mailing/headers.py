"""The list headers of a promotional mail (RFC 2369, 2919, 8058), for our own mail and for outside senders."""

import uuid
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse

from consent.links import EVERYTHING, make_unsubscribe_token
from privacy.kernel.texts import one_line

ONE_CLICK = "List-Unsubscribe=One-Click"
WORD = "unsubscribe"  # the subject of a mail that unsubscribes by its token

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListMail:
    """One promotional mail to one person: which list it belongs to, and which mail it is (an id or a hash)."""

    subject_id: uuid.UUID
    purpose: str
    label: str
    mail_id: str

    @property
    def token(self) -> str:
        return make_unsubscribe_token(self.subject_id, self.purpose, self.mail_id)

    @property
    def opt_out_url(self) -> str:
        """Ends this list; for the text and the header."""
        return f"{settings.KEPT_BASE_URL}{reverse('unsubscribe', args=[self.token])}"

    @property
    def opt_out_of_all_url(self) -> str:
        """Ends all promotional mail: a link of its own."""
        token = make_unsubscribe_token(self.subject_id, EVERYTHING, self.mail_id)
        return f"{settings.KEPT_BASE_URL}{reverse('unsubscribe', args=[token])}"


def is_one_click_possible() -> bool:
    """RFC 8058 demands https: an address that anybody on the way can read and change is not offered."""
    return bool(settings.KEPT_BASE_URL.startswith("https://"))


def list_headers(mail: ListMail, *, opt_out_url: str = "") -> Headers:
    """Exactly one https address, one mailto where a mailbox is read, and what else names the list.

    Without https there is no one-click header, and none pretends to be one; the link in the text stays.
    """
    ways = [f"<{opt_out_url or mail.opt_out_url}>"] if is_one_click_possible() else []
    if settings.KEPT_MAILBOX_ADDRESS and settings.KEPT_MAILBOX_URL:
        ways.append(f"<mailto:{settings.KEPT_MAILBOX_ADDRESS}?subject={WORD}%20{quote(mail.token)}>")
    headers = [("List-Id", list_id(mail.purpose, mail.label)), ("List-Help", f"<{preferences_url()}>")]
    headers.append(("List-Owner", f"<mailto:{settings.KEPT_MAILBOX_ADDRESS or settings.DEFAULT_FROM_EMAIL}>"))
    if ways:
        headers.append(("List-Unsubscribe", ", ".join(ways)))
    if is_one_click_possible():
        headers.append(("List-Unsubscribe-Post", ONE_CLICK))
    return tuple(headers)


def list_id(purpose: str, label: str) -> str:
    """One id for each topic, for good: `Newsletter <newsletter.example.com>`."""
    domain = settings.KEPT_LIST_DOMAIN or urlsplit(settings.KEPT_BASE_URL).hostname or "localhost"
    phrase = "".join(char for char in one_line(label) if char.isascii() and (char.isalnum() or char in " -")).strip()
    return f"{phrase} <{purpose.replace('_', '-')}.{domain}>".strip()


def preferences_url() -> str:
    return f"{settings.KEPT_BASE_URL}{reverse('preferences')}"
