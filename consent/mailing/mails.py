"""Mail templates of campaigns and opt-outs."""

import uuid

from django.conf import settings
from django.template.loader import render_to_string

from consent.links import EVERYTHING
from consent.mailing.campaigns.services import TEMPLATE
from consent.mailing.headers import preferences_url
from consent.mailing.models import Campaign
from consent.mailing.opting_out import topic
from consent.mailing.rendering import promotional_mail
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock


@mail_template(TEMPLATE, message_class=MessageClass.PROMOTIONAL)
def campaign_copy(message: OutboxMessage) -> RenderedMail:
    """One person's copy of a campaign."""
    campaign = Campaign.objects.get(pk=message.context["campaign"])
    terms = topic(campaign.purpose)
    return promotional_mail(
        subject_id=message.subject_id or uuid.UUID(int=0),
        purpose=campaign.purpose,
        label=terms.label if terms else campaign.purpose,
        mail_id=message.pk.hex,
        subject_line=campaign.subject_line,
        text=campaign.text,
        now=clock.now(),
        campaign=campaign.pk,
    )


@mail_template("mailing.opt_out_done", message_class=MessageClass.NOTICE)
def opt_out_done(message: OutboxMessage) -> RenderedMail:
    """What was recorded for a mailbox whose holder asked by mail, phone or post; the same for everybody."""
    code = str(message.context["topic"])
    terms = None if code == EVERYTHING else topic(code)
    values = {"label": terms.label if terms else "", "preferences": preferences_url(), "site_name": settings.SITE_NAME}
    return RenderedMail(subject="You are unsubscribed", text=render_to_string("consent/mail/opt_out_done.txt", values))
