"""The whole check of one mail."""

from consent.mailing.eml import headers
from consent.mailing.eml.findings import Finding
from consent.mailing.eml.reading import RawMail
from consent.mailing.eml.signatures import FindKey, check_signatures

CHECKS = (
    headers.check_unsubscribe,
    headers.check_post,
    headers.check_list_id,
    headers.check_body,
    headers.check_from,
    headers.check_lines,
)


def check_mail(raw: bytes, *, find_key: FindKey) -> list[Finding]:
    """Everything that mailbox providers ask of a promotional mail, as far as the mail itself shows it."""
    mail = RawMail(raw)
    found = [finding for check in CHECKS for finding in check(mail)]
    return [*found, *check_signatures(mail, find_key)]
