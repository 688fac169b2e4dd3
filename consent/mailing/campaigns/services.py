"""Write, count, send and stop a campaign."""

import datetime as dt
import json
import uuid
from collections import Counter

from django.db import transaction

from consent.mailing.audit_events import (
    CAMPAIGN_COUNTED,
    CAMPAIGN_FINISHED,
    CAMPAIGN_STARTED,
    CAMPAIGN_STOPPED,
    CAMPAIGN_WRITTEN,
)
from consent.mailing.campaigns.audience import ALLOWED, judge, next_subjects
from consent.mailing.models import Campaign, CampaignState
from consent.mailing.opting_out import topics
from privacy.audit.services import record
from privacy.jobs.claiming import Claim
from privacy.jobs.outbox import queue_mail
from privacy.jobs.services import enqueue
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.texts import one_line

TEMPLATE = "mailing.campaign"
LONGEST_TEXT = 20_000
FRESH_COUNT = dt.timedelta(days=1)


@transaction.atomic
def write_campaign(
    *,
    purpose_code: str,
    subject_line: str,
    text: str,
    actor: Actor,
    now: dt.datetime,
    campaign: Campaign | None = None,
    is_demo: bool = False,
) -> Campaign:
    """Keep a draft, or change one: what was counted before counts no more.

    Raises InvalidInput(purpose, subject_line, text), StaleState for what is no draft any more.
    """
    if purpose_code not in {row.code for row in topics()}:
        raise InvalidInput("Choose a topic that promotional mail is sent for.", field="purpose")
    subject_line = one_line(subject_line)
    if not subject_line:
        raise InvalidInput("Give the mail a subject.", field="subject_line")
    if not text.strip() or len(text) > LONGEST_TEXT or "\0" in text:
        raise InvalidInput(f"Write a text of at most {LONGEST_TEXT} characters.", field="text")
    values = {"purpose": purpose_code, "subject_line": subject_line, "text": text.replace("\r\n", "\n")}
    if campaign is None:
        row = Campaign.objects.create(
            created_by=actor.id or uuid.UUID(int=0), created_at=now, is_demo=is_demo, **values
        )
    else:
        drafts = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.DRAFT)
        if drafts.update(counted_at=None, counts_text="{}", **values) != 1:
            raise StaleState("This campaign is no draft any more.")
        row = Campaign.objects.get(pk=campaign.pk)
    record(CAMPAIGN_WRITTEN, actor=actor, at=now, target=row, is_demo=row.is_demo, purpose=purpose_code)
    return row


@transaction.atomic
def count_audience(*, campaign: Campaign, actor: Actor, now: dt.datetime) -> None:
    """Ask for a dry run: who would get it, and why others not. StaleState for what is no draft."""
    if not Campaign.objects.filter(pk=campaign.pk, state=CampaignState.DRAFT).exists():
        raise StaleState("This campaign is no draft any more.")
    record(CAMPAIGN_COUNTED, actor=actor, at=now, target=campaign, is_demo=campaign.is_demo)
    enqueue(
        "mailing.count_audience",
        idem_key=f"mailing.count:{campaign.pk}:{now:%Y%m%d%H%M%S%f}",
        payload={"campaign": str(campaign.pk)},
        now=now,
        is_demo=campaign.is_demo,
    )


def do_count(claim: Claim) -> dict[str, int | str]:
    """The dry run: nothing is queued, and nothing is written but the counts."""
    campaign = Campaign.objects.get(pk=claim.payload["campaign"])
    counts: Counter[str] = Counter()
    after = None
    while subjects := next_subjects(after):
        counts.update(reader.reason for reader in judge(subjects, campaign.purpose, now=claim.now))
        after = subjects[-1]
    with transaction.atomic():
        claim.hold()
        unchanged = {"state": CampaignState.DRAFT, "subject_line": campaign.subject_line, "text": campaign.text}
        rows = Campaign.objects.filter(pk=campaign.pk, purpose=campaign.purpose, **unchanged)
        rows.update(counted_at=claim.now, counts_text=json.dumps({"dry_run": dict(counts)}))
        claim.finish({"allowed": counts[ALLOWED], "persons": counts.total()})
    return {}


@transaction.atomic
def start_campaign(*, campaign: Campaign, actor: Actor, now: dt.datetime) -> None:
    """Send it, once to each person who allows it when their mail leaves.

    InvalidInput without a dry run of the last day; StaleState for what is no draft.
    """
    if campaign.counted_at is None or now - campaign.counted_at > FRESH_COUNT:
        raise InvalidInput("Count first who gets it. A count is good for a day.", field="counted_at")
    changed = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.DRAFT, counted_at=campaign.counted_at).update(
        state=CampaignState.SENDING, started_by=actor.id, started_at=now, cursor=None
    )
    if changed != 1:
        raise StaleState("This campaign was changed or started a moment ago.")
    record(CAMPAIGN_STARTED, actor=actor, at=now, target=campaign, is_demo=campaign.is_demo, purpose=campaign.purpose)
    enqueue(
        "mailing.send_campaign",
        idem_key=f"mailing.send:{campaign.pk}",
        payload={"campaign": str(campaign.pk)},
        now=now,
        is_demo=campaign.is_demo,
    )


@transaction.atomic
def stop_campaign(*, campaign: Campaign, actor: Actor, now: dt.datetime) -> None:
    """No further copy leaves, not even one that is queued already."""
    rows = Campaign.objects.filter(pk=campaign.pk, state__in=[CampaignState.SENDING, CampaignState.SENT])
    if rows.update(state=CampaignState.STOPPED, finished_at=now) != 1:
        raise StaleState("This campaign is not being sent.")
    record(CAMPAIGN_STOPPED, actor=actor, at=now, target=campaign, is_demo=campaign.is_demo)


def do_send(claim: Claim) -> dict[str, int | str] | None:
    """Queue the copies, a chunk in each transaction. Killed anywhere, it goes on where the last chunk ended."""
    while _send_chunk(claim):
        pass
    return None


def _send_chunk(claim: Claim) -> bool:
    """One chunk of readers; False where there are no more."""
    with transaction.atomic():
        claim.hold()
        campaign = Campaign.objects.select_for_update().get(pk=claim.payload["campaign"])
        subjects = next_subjects(campaign.cursor) if campaign.state == CampaignState.SENDING else []
        if not subjects:
            _finish(claim, campaign)
            return False
        counts = Counter(campaign.counts.get("sending", {}))
        for reader in judge(subjects, campaign.purpose, now=claim.now):
            counts[reader.reason] += 1
            if reader.reason == ALLOWED:
                _queue(campaign, reader.subject_id, reader.email, claim.now)
        campaign.cursor = subjects[-1]
        campaign.counts_text = json.dumps({**campaign.counts, "sending": dict(counts)})
        campaign.save(update_fields=["cursor", "counts_text"])
        claim.note_progress()
        return True


def _queue(campaign: Campaign, subject_id: uuid.UUID, email: str, now: dt.datetime) -> None:
    queue_mail(
        TEMPLATE,
        idem_key=f"mailing.campaign:{campaign.pk}:{subject_id}",
        to=email,
        context={"purpose": campaign.purpose, "campaign": str(campaign.pk)},
        subject_id=subject_id,
        now=now,
        is_demo=campaign.is_demo,
    )


def _finish(claim: Claim, campaign: Campaign) -> None:
    counts = campaign.counts.get("sending", {})
    if campaign.state == CampaignState.SENDING:
        campaign.state, campaign.finished_at = CampaignState.SENT, claim.now
        campaign.save(update_fields=["state", "finished_at"])
        record(
            CAMPAIGN_FINISHED,
            actor=SYSTEM,
            at=claim.now,
            target=campaign,
            is_demo=campaign.is_demo,
            queued=counts.get(ALLOWED, 0),
            left_out=sum(counts.values()) - counts.get(ALLOWED, 0),
        )
    claim.finish({"queued": counts.get(ALLOWED, 0)})
