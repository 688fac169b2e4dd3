"""A promotional mail as it leaves: the text, how to end it, list headers, and measured links where allowed."""

import datetime as dt
import uuid

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from consent.mailing.headers import ListMail, list_headers, preferences_url
from consent.mailing.tracking.links import ADDRESS, Measured
from consent.mailing.tracking.services import picture, with_measured_links
from privacy.jobs.mail_registry import RenderedMail
from privacy.kernel.languages import MAIN


def promotional_mail(
    *,
    subject_id: uuid.UUID,
    purpose: str,
    label: str,
    mail_id: str,
    subject_line: str,
    text: str,
    now: dt.datetime,
    campaign: uuid.UUID | None = None,
    language: str = MAIN,
) -> RenderedMail:
    """Text for everybody; HTML beside it only where opening may be measured, because that is all it is for."""
    mail = ListMail(subject_id, purpose, label, mail_id)
    measured = Measured(subject_id, purpose, mail_id, campaign)
    opt_out = mail.opt_out_url
    values: dict[str, object] = {
        "text": with_measured_links(measured, text, now=now),
        "label": label,
        "opt_out": opt_out,
        "opt_out_of_all": mail.opt_out_of_all_url,
        "preferences": preferences_url(),
        "site_name": settings.SITE_NAME,
        "language": language,
        "picture": picture(measured, now=now),
    }
    values["is_measured"] = values["text"] != text or bool(values["picture"])
    html = ""
    with translation.override(language):
        plain = render_to_string("consent/mail/promotional.txt", values)
        if values["picture"]:
            html = render_to_string("consent/mail/promotional.html", {**values, "lines": _lines(str(values["text"]))})
    return RenderedMail(
        subject=subject_line,
        text=plain,
        headers=list_headers(mail, opt_out_url=opt_out),
        html=html,
        opt_out=opt_out,
    )


def _lines(text: str) -> list[list[tuple[str, bool]]]:
    """Paragraph lines, cut into words to show and addresses to link."""
    found = []
    for line in text.splitlines():
        parts: list[tuple[str, bool]] = []
        end = 0
        for match in ADDRESS.finditer(line):
            parts += [(line[end : match.start()], False), (match.group(), True)]
            end = match.end()
        found.append([*parts, (line[end:], False)])
    return found
