"""Honor a signal for a person whom we know, and take the person's answer to it."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import transaction

from consent.audit_events import SIGNAL_HONORED, SIGNAL_KEPT
from consent.models import ConsentEvent
from consent.rules import may_raise
from consent.services import How, set_preference
from consent.signals.models import Act, SignalEvent
from consent.signals.reading import SIGNALS
from consent.signals.rules import SOURCE, against, denied, in_view
from consent.signals.standing import allowed_in_view, signals_on_record
from consent.terms import terms_in_force
from consent.vocabulary import Door
from privacy.audit.services import append_evidence
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotAllowed
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy.selectors import current_version

SHOWING = frozenset({Door.SIGNED_IN, Door.LINK})  # the doors of the page that shows the signal beside the choice


@dataclass(frozen=True, slots=True)
class Sent:
    """How a signal reached us: by `header` or by `script`, on which site, from which region."""

    by: str = "header"
    site: str = ""
    region: str = ""


@transaction.atomic
def honor_signals(
    *, subject_id: uuid.UUID, signals: Collection[str], sent: Sent, actor: Actor, now: dt.datetime
) -> list[SignalEvent]:
    """Switch off what these signals deny, for the whole person, and note that each was honored.

    Nothing is written for a signal that is ignored, nor a second time under the same policy. What the person
    allowed with the signal in view stays allowed.
    """
    terms = terms_in_force()
    honored = {signal: codes for signal in sorted(SIGNALS & set(signals)) if (codes := denied(terms, signal))}
    if not honored:
        return []
    members = alias_set(subject_id)
    subjects = {row.pk: row for row in Subject.objects.select_for_update().filter(pk__in=members).order_by("pk")}
    policy_on = current_version().effective_on
    noted = SignalEvent.objects.filter(subject_id__in=members, act=Act.HONORED, policy_on=policy_on)
    known = set(noted.values_list("signal", flat=True))
    events = []
    for signal, codes in honored.items():
        if signal in known:
            continue
        changed = _switch_off(members, codes, signal, sent=sent, actor=actor, now=now)
        row = SignalEvent(
            at=now,
            is_demo=subjects[members[0]].is_demo,
            subject_id=members[0],
            signal=signal,
            act=Act.HONORED,
            purposes=len(codes),
            changed=sum(event.previous != "" for event in changed),
            sent_by=sent.by,
            site=sent.site,
            region=sent.region,
            policy_on=policy_on,
        )
        append_evidence(
            row,
            event=SIGNAL_HONORED,
            actor=actor,
            subject_id=members[0],
            signal=signal,
            purposes=row.purposes,
            changed=row.changed,
        )
        events.append(row)
    return events


def _switch_off(
    members: tuple[uuid.UUID, ...], codes: list[str], signal: str, *, sent: Sent, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    how = How(Door.SIGNAL, site=sent.site, region=sent.region, source_kind=SOURCE, source_id=signal)
    stays = allowed_in_view(members, codes, [signal])
    changed: list[ConsentEvent] = []
    for code in codes:
        if code not in stays:
            changed += set_preference(
                subject_id=members[0], purpose_code=code, allow=False, how=how, actor=actor, now=now
            )
    return changed


@transaction.atomic
def allow_anyway(
    *, subject_id: uuid.UUID, purpose_code: str, how: How, actor: Actor, now: dt.datetime
) -> list[ConsentEvent]:
    """The person, signed in or by a fresh link, allows a purpose with the signals in view; it stands until they change
    it.

    Raises NotAllowed for every other door and an old link, InvalidInput(purpose) where no signal denies it.
    """
    if how.door not in SHOWING or not may_raise(how.door, link_age=how.link_age):
        raise NotAllowed("To allow this anyway, sign in or ask for a new link.", code="old_link")
    signals = _standing_signals(subject_id, purpose_code)
    aware = replace(how, source_kind=SOURCE, source_id=in_view(signals))
    return set_preference(subject_id=subject_id, purpose_code=purpose_code, allow=True, how=aware, actor=actor, now=now)


@transaction.atomic
def keep_opted_out(
    *, subject_id: uuid.UUID, purpose_code: str, how: How, actor: Actor, now: dt.datetime
) -> list[SignalEvent]:
    """The person saw the signal and stays opted out: what was allowed with it in view ends, and it is noted.

    Raises InvalidInput(purpose) where no signal denies it.
    """
    signals = _standing_signals(subject_id, purpose_code)
    quoted = replace(how, source_kind=SOURCE, source_id=in_view(signals))
    set_preference(subject_id=subject_id, purpose_code=purpose_code, allow=False, how=quoted, actor=actor, now=now)
    subject = Subject.objects.get(pk=subject_id)
    policy_on = current_version().effective_on
    return [
        append_evidence(
            SignalEvent(
                at=now,
                is_demo=subject.is_demo,
                subject_id=subject_id,
                signal=signal,
                act=Act.KEPT,
                purpose=purpose_code,
                purposes=1,
                region=how.region,
                policy_on=policy_on,
            ),
            event=SIGNAL_KEPT,
            actor=actor,
            subject_id=subject_id,
            signal=signal,
            purpose=purpose_code,
        )
        for signal in signals
    ]


def _standing_signals(subject_id: uuid.UUID, purpose_code: str) -> list[str]:
    terms = terms_in_force().get(purpose_code)
    signals = against(terms, signals_on_record(alias_set(subject_id))) if terms else []
    if not signals:
        raise InvalidInput("No signal of your browser is about this.", field="purpose")
    return signals
