"""A copy of a campaign that was stopped does not leave, whatever its reader allows."""

from consent.mailing.models import Campaign, CampaignState
from privacy.jobs.models import OutboxMessage
from privacy.jobs.send_gate import GateAnswer


def may_send_copy(message: OutboxMessage) -> GateAnswer:
    """Asked for every message; only copies of campaigns are its business."""
    campaign = message.context.get("campaign")
    if not campaign:
        return GateAnswer(allowed=True)
    is_going = Campaign.objects.filter(pk=campaign, state__in=[CampaignState.SENDING, CampaignState.SENT]).exists()
    return GateAnswer(allowed=is_going, reason="" if is_going else "campaign_stopped")
