"""Mail templates of campaigns and opt-outs."""

import uuid

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from consent.links import EVERYTHING
from consent.mailing.campaigns.services import TEMPLATE
from consent.mailing.headers import preferences_url
from consent.mailing.models import Campaign
from consent.mailing.opting_out import topic
from consent.mailing.rendering import promotional_mail
from consent.mailing.tongue import label_in, tongue_of
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock


@mail_template(TEMPLATE, message_class=MessageClass.PROMOTIONAL)
def campaign_copy(message: OutboxMessage) -> RenderedMail:
    """One person's copy of a campaign; what we add to its text is in the person's language."""
    language = tongue_of(message.subject_id)
    campaign = Campaign.objects.get(pk=message.context["campaign"])
    terms = topic(campaign.purpose)
    return promotional_mail(
        subject_id=message.subject_id or uuid.UUID(int=0),
        purpose=campaign.purpose,
        label=label_in(terms, language) if terms else campaign.purpose,
        language=language,
        mail_id=message.pk.hex,
        subject_line=campaign.subject_line,
        text=campaign.text,
        now=clock.now(),
        campaign=campaign.pk,
    )


@mail_template("mailing.opt_out_done", message_class=MessageClass.NOTICE)
def opt_out_done(message: OutboxMessage) -> RenderedMail:
    """What was recorded for a mailbox whose holder asked by mail, phone or post; for known and unknown the same mail,
    in the language of whoever is known."""
    code, language = str(message.context["topic"]), tongue_of(message.subject_id)
    terms = None if code == EVERYTHING else topic(code)
    with translation.override(language):
        label = label_in(terms, language) if terms else ""
        values = {"label": label, "preferences": preferences_url(), "site_name": settings.SITE_NAME}
        text = render_to_string("consent/mail/opt_out_done.txt", values)
        return RenderedMail(subject=_("You are unsubscribed"), text=text)
