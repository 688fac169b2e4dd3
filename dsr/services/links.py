"""The mailed links of a case: made, read, and made void. Only their hash is kept."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dsr.models import CaseLink, SubjectRequest
from dsr.rules import CONFIRM_LINK, STATUS_LINK
from privacy.kernel import identifiers
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.statements import insert
from privacy.kernel.tokens import new_token, token_hash

LIVES = {"confirm": CONFIRM_LINK, "status": STATUS_LINK}


class DeadLink(DomainError):
    """The link was good once. `code` says why it is not: used, expired or superseded."""

    http_status = 410


def make_link(*, subject_request: SubjectRequest, kind: str, now: dt.datetime, is_first: bool = False) -> str:
    """A new link's token. A new `confirm` link makes the earlier ones of its case void; the first has none."""
    token = new_token()
    if kind == "confirm" and not is_first:
        drop_links(subject_request=subject_request, kind=kind, now=now)
    insert(
        CaseLink(
            subject_request=subject_request,
            kind=kind,
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + LIVES[kind],
        )
    )
    return token


def drop_links(*, subject_request: SubjectRequest, kind: str, now: dt.datetime) -> None:
    """Make every unused link of this kind void."""
    links = CaseLink.objects.filter(subject_request=subject_request, kind=kind, used_at=None, superseded_at=None)
    links.update(superseded_at=now)


def read_link(*, kind: str, token: str, now: dt.datetime) -> CaseLink:
    """The link of a token, with its case. Reads only.

    Raises NotFound for a token that never was, DeadLink for one that is used, expired or superseded.
    """
    links = CaseLink.objects.select_related("subject_request__contact")
    link = links.filter(kind=kind, token_hash=token_hash(token)).first()
    if link is None:
        raise NotFound(_("This link does not exist, or is no longer whole. Copy it from the mail again."))
    if link.used_at:
        raise DeadLink(_("This link was used already; the address is confirmed."), code="used")
    if link.superseded_at:
        raise DeadLink(_("A newer link was mailed, or the request has ended."), code="superseded")
    if link.expires_at <= now:
        raise DeadLink(_("This link is too old. Ask for a new one."), code="expired")
    return link


def use_link(*, link: CaseLink, now: dt.datetime) -> None:
    """Use a link up, once. Raises DeadLink where somebody was faster."""
    alive = CaseLink.objects.filter(pk=link.pk, used_at=None, superseded_at=None, expires_at__gt=now)
    if alive.update(used_at=now) != 1:
        raise DeadLink(_("This link was used already; the address is confirmed."), code="used")


def mailbox_of(email: str) -> tuple[str, list[str]]:
    """An address in its one form, and every index it may stand under. InvalidInput names `email`."""
    try:
        address = identifiers.normalize("email", email)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="email") from None
    return address, blind_indexes("email", address)


def cases_of_mailbox(indexes: Any) -> "QuerySet[SubjectRequest]":
    """The requests that are answered to this mailbox, the newest first."""
    return (
        SubjectRequest.objects.filter(contact__index__in=indexes).select_related("contact").order_by("-filed_at", "id")
    )


def lock_mailbox(index: str) -> None:
    """Let one filing for a mailbox wait for the other. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dsr.mailbox:{index}"])
