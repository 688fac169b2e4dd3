"""Numbers of a campaign."""

from django.db.models import Count

from consent.mailing.campaigns.services import TEMPLATE
from consent.mailing.models import Campaign, MailReading
from privacy.jobs.models import OutboxMessage


def fates(campaign: Campaign) -> list[tuple[str, str, int]]:
    """State, reason and count of the copies: what became of each."""
    prefix = f"mailing.campaign:{campaign.pk}:"
    rows = OutboxMessage.objects.filter(idem_key__startswith=prefix, template=TEMPLATE)
    found = rows.values_list("state", "reason").annotate(count=Count("pk")).order_by("state", "reason")
    return [(state, reason, count) for state, reason, count in found]


def readings(campaign: Campaign) -> list[tuple[str, int, int]]:
    """Kind, link and count of what was measured, of people who allow it."""
    rows = MailReading.objects.filter(campaign=campaign.pk)
    found = rows.values_list("kind", "position").annotate(count=Count("pk")).order_by("kind", "position")
    return [(kind, position + 1, count) for kind, position, count in found]
