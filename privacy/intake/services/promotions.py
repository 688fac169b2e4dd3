"""Promotions: an entry waits for the person's permission for exactly this promotion, and goes with it."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.services import subject_for_identifier
from privacy.audit.services import record
from privacy.intake.audit_events import ENTRIES_DROPPED, ENTRY, PROMOTION_OPENED
from privacy.intake.models import Promotion, PromotionEntry
from privacy.intake.services.accepting import Gone, accept_once, without_numbers
from privacy.intake.vocabulary import PROMOTIONS, EntryState
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleState
from privacy.personal_data.selectors import is_restricted
from privacy.policy import grant_requests
from privacy.policy.board import is_on
from privacy.policy.grant_requests import Ask, Change, Key, Shown
from privacy.policy.selectors import site as known_site

DOOR = "promotion"
WAITS_FOR = dt.timedelta(days=7)


@transaction.atomic
def open_promotion(
    *, code: str, label: str, terms: str, site: str, ends_on: dt.date, actor: Actor, now: dt.datetime
) -> Promotion:
    """Open a promotion; its terms and its end stand from now on. InvalidInput(code, site, ends_on)."""
    known_site(site)
    if ends_on < clock.local_date(now, settings.KEPT_TIME_ZONE):
        raise InvalidInput("The end is over already. Give a day to come.", field="ends_on")
    try:
        with transaction.atomic():
            row = Promotion.objects.create(
                code=code, label=label, terms=terms, site=site, ends_on=ends_on, opened_at=now
            )
    except IntegrityError:
        raise InvalidInput("A promotion has this code. Choose another code.", field="code") from None
    record(PROMOTION_OPENED, actor=actor, at=now, target=row, is_demo=row.is_demo, code=code)
    return row


@transaction.atomic
def enter_promotion(
    *,
    code: str,
    person: tuple[str, str],
    answers: dict[str, str],
    has_consented: bool,
    language: str,
    accept: tuple[uuid.UUID, str, str],
    actor: Actor,
    now: dt.datetime,
) -> tuple[PromotionEntry, bool]:
    """Take an entry that waits for the person's permission by mail; the entry, and whether it is new.

    Raises NotFound for an unknown promotion, NotAllowed without a consent or for a restricted person,
    StaleState where it is over or the person is in it already.
    """
    promotion = Promotion.objects.filter(code=code).first()
    if promotion is None:
        raise NotFound("There is no such promotion.")
    if not has_consented and is_on("intake.promotions"):
        raise NotAllowed(
            "Without a consent to this promotion nobody enters it. Nothing was kept.",
            field="consent",
            code="no_consent",
        )
    entry = PromotionEntry(promotion=promotion, received_at=now)
    key_id, idem_key, body_mac = accept
    before = accept_once(key_id=key_id, door=DOOR, idem_key=idem_key, body_mac=body_mac, result_id=entry.pk, now=now)
    if before:
        return _found(before), False
    if is_over(promotion, now):
        raise StaleState("This promotion is over.", code="over")
    kind, identifier = person
    subject = subject_for_identifier(kind=kind, value=identifier, source=DOOR, actor=actor, now=now)
    if is_restricted(subject.pk):
        raise NotAllowed("The data of this person is restricted. Nothing was taken.", code="restricted")
    entry.subject, entry.is_demo = subject, subject.is_demo
    entry.answers = json.dumps({name: without_numbers(text)[0] for name, text in answers.items()}, ensure_ascii=False)
    entry.promotion_ended_on = promotion.ends_on
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        raise StaleState("This person has entered already.", code="entered") from None
    note(entry, "pending", actor, now)
    ask = Ask(
        subject.pk,
        PROMOTIONS,
        scope=promotion.scope,
        site=promotion.site,
        language=language,
        source_kind=DOOR,
        is_wished=True,
    )
    grant_requests.ask_scope(ask, actor=actor, now=now)
    return entry, True


def _found(pk: uuid.UUID) -> PromotionEntry:
    found = PromotionEntry.objects.filter(pk=pk).select_related("promotion").first()
    if found is None:
        raise Gone("This entry was taken before, and is gone since. It is not taken again.")
    return found


def is_over(promotion: Promotion, now: dt.datetime) -> bool:
    """Whether its last day has passed where the controller is."""
    return promotion.ends_on < clock.local_date(now, settings.KEPT_TIME_ZONE)


def note(entry: PromotionEntry, state: str, actor: Actor, now: dt.datetime) -> None:
    """Write the step of an entry into the log."""
    record(
        ENTRY,
        actor=actor,
        at=now,
        subject_id=entry.subject_id,
        target=entry,
        is_demo=entry.is_demo,
        promotion=entry.promotion.code,
        state=state,
    )


def follow_grants(change: Change) -> None:
    """A yes to exactly this promotion makes the entry one; a no removes it, in the same transaction."""
    if change.purpose != PROMOTIONS or not is_on("intake.promotions"):
        return
    rows = PromotionEntry.objects.filter(subject_id__in=change.subject_ids).select_related("promotion")
    if change.scope:
        rows = rows.filter(promotion__code=change.scope.partition(":")[2])
    for entry in rows:
        if not change.is_granted:
            note(entry, "removed", SYSTEM, change.at)
            entry.delete()
        elif change.scope and entry.state == EntryState.PENDING:
            waiting = PromotionEntry.objects.filter(pk=entry.pk, state=EntryState.PENDING)
            if waiting.update(state=EntryState.ENTERED, entered_at=change.at):
                note(entry, "entered", SYSTEM, change.at)


@transaction.atomic
def drop_unconfirmed(*, now: dt.datetime) -> int:
    """Entries that nobody permitted within a week go, with a count in the log."""
    waiting = PromotionEntry.objects.filter(state=EntryState.PENDING, received_at__lt=now - WAITS_FOR)
    rows = waiting.delete()[0]
    if rows:
        record(ENTRIES_DROPPED, actor=SYSTEM, at=now, rows=rows)
    return rows


def show_promotions(keys: Sequence[Key], subject_ids: Sequence[uuid.UUID]) -> dict[Key, Shown]:
    """What a person reads about a promotion that they entered; nothing once it is over."""
    now = clock.now()
    codes = {key: purpose for purpose, key in keys if purpose == PROMOTIONS}
    entries = PromotionEntry.objects.filter(promotion__code__in=codes, subject_id__in=subject_ids)
    found = {}
    for entry in entries.select_related("promotion"):
        row = entry.promotion
        if not is_over(row, now):
            facts = (("Ends on", row.ends_on.isoformat()),)
            shown = Shown(f"Enter “{row.label}”", row.terms, facts, ("identification", "promotions"))
            found[PROMOTIONS, row.code] = shown
    return found
