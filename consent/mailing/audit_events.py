"""Event types of mail by consent."""

from privacy.audit.registry import event_type

CAMPAIGN_WRITTEN = event_type("mailing.campaign_written", label="A campaign was written", payload={"purpose": str})
CAMPAIGN_COUNTED = event_type("mailing.campaign_counted", label="The readers of a campaign were counted")
CAMPAIGN_STARTED = event_type("mailing.campaign_started", label="A campaign was sent", payload={"purpose": str})
CAMPAIGN_STOPPED = event_type("mailing.campaign_stopped", label="A campaign was stopped")
CAMPAIGN_FINISHED = event_type(
    "mailing.campaign_finished", label="Every copy of a campaign is queued", payload={"queued": int, "left_out": int}
)
OPT_OUT_RECORDED = event_type(
    "mailing.opt_out_recorded",
    label="Somebody asked for no more mail",
    payload={"purpose": str, "way": str, "changed": int},
)
MAIL_OPENED = event_type("mailing.inbound_read", label="A member of staff read a mail that came in")
MAIL_SETTLED = event_type(
    "mailing.inbound_settled", label="A mail that came in was dealt with", payload={"outcome": str}
)
