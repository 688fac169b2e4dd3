"""The mail that asks for a grant."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from consent.scoped.links import permission_url
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel.languages import MAIN, known
from privacy.personal_data.selectors import alias_set
from privacy.policy import grant_requests


@mail_template("consent.permission", message_class=MessageClass.SECRET)
def permission(message: OutboxMessage) -> RenderedMail:
    """What it is about in one line, and the link. The text itself is on the page."""
    code, scope = str(message.context["purpose"]), str(message.context["scope"])
    members = alias_set(message.subject_id) if message.subject_id else ()
    seen = grant_requests.shown(code, scope, members)
    values = {
        "url": permission_url(message.secret["token"]),
        "title": seen.title if seen else "",
        "site_name": settings.SITE_NAME,
    }
    with translation.override(known(str(message.context.get("language", MAIN)))):
        return RenderedMail(
            subject=_("May we? Your permission is asked for"),
            text=render_to_string("consent/mail/permission.txt", values),
        )
