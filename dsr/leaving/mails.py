"""The mails of packages that leave: the archive, or the code, and never both. Texts: templates/dsr/leaving/."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from dsr.leaving.models import Departure
from dsr.leaving.services import STORE
from dsr.letters.words import letter_language
from privacy.jobs.mail_registry import MailFile, RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage


@mail_template("dsr.package_archive", message_class=MessageClass.SECRET)
def archive(message: OutboxMessage) -> RenderedMail:
    """The locked archive; how its code comes. Where it was taken back meanwhile, the mail says that."""
    row = _row(message)
    files: tuple[MailFile, ...] = ()
    if row.file:
        data = b"".join(STORE.read(file=row.file, key=row.file_key))  # at most rules.MOST_BY_MAIL and its lock
        files = (MailFile(f"{row.subject_request.reference}.locked.zip", "application/zip", data),)
    return _mail(row, "archive", has_file=bool(files), files=files)


@mail_template("dsr.package_code", message_class=MessageClass.SECRET)
def code(message: OutboxMessage) -> RenderedMail:
    """The code of a medium that is in the post."""
    return _mail(_row(message), "code", code=message.secret["code"])


def _row(message: OutboxMessage) -> Departure:
    return Departure.objects.select_related("subject_request").get(pk=message.context["departure"])


def _mail(row: Departure, name: str, files: tuple[MailFile, ...] = (), **context: Any) -> RenderedMail:
    case = row.subject_request
    facts = {"reference": case.reference, "departure": row, "site_name": settings.SITE_NAME, **context}
    with translation.override(letter_language(case.language)):
        subject = _("Your data") if name == "archive" else _("The code for your data")
        text = render_to_string(f"dsr/leaving/{name}.txt", {**facts, "base_url": settings.KEPT_BASE_URL})
    return RenderedMail(subject=f"{subject} {case.reference}", text=text, files=files)
