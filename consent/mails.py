"""Mail of consent."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from consent.double_opt_in import chosen, open_wish
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel.languages import MAIN, known
from privacy.policy.selectors import current_version
from privacy.policy.texts import texts_of


@mail_template("consent.link", message_class=MessageClass.SECRET)
def link(message: OutboxMessage) -> RenderedMail:
    """The link to the preferences of the mailbox it is sent to."""
    url = settings.KEPT_BASE_URL + reverse("preferences_link", args=[message.secret["token"]])
    with translation.override(known(str(message.context.get("language", MAIN)))):
        return RenderedMail(
            subject=_("Your %(name)s preferences") % {"name": settings.SITE_NAME},
            text=render_to_string("consent/mail/link.txt", {"url": url, "site_name": settings.SITE_NAME}),
        )


@mail_template("consent.confirm", message_class=MessageClass.SECRET)
def confirm(message: OutboxMessage) -> RenderedMail:
    """Double opt-in: what somebody chose in the name of this mailbox, and the link that makes it a grant."""
    token = message.secret["token"]
    wish = open_wish(token, now=message.created_at)
    language = known(str(message.secret.get("language", MAIN)))
    texts = texts_of(current_version(), language).purposes
    labels = [texts[one.code].label.text for one in chosen(wish.purpose_codes)]
    url = settings.KEPT_BASE_URL + reverse("confirm_grant", args=[token])
    values = {"url": url, "labels": labels, "site_name": settings.SITE_NAME}
    with translation.override(language):
        return RenderedMail(
            subject=": ".join([_("Please confirm"), ", ".join(labels)]) if labels else _("Please confirm"),
            text=render_to_string("consent/mail/confirm.txt", values),
        )
