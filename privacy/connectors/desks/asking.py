"""Open questions to people: once for each case and act, with a mail to whoever answers."""

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django.db import transaction

from privacy.audit.services import record
from privacy.connectors.desks.audit_events import ASKED
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import Ask
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import SYSTEM
from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring
from privacy.kernel.tokens import sealed_token
from privacy.personal_data.contract import Person
from privacy.personal_data.people import CaseInWork
from privacy.policy.selectors import today

if TYPE_CHECKING:
    from privacy.connectors.desks.kind import DeskSpec

USE = "desk"  # of the links that lead to one question
STAFF_MAIL, OUTSIDE_MAIL = "desks.question", "desks.question_outside"


@transaction.atomic
def ask_for_case(spec: "DeskSpec", case: CaseInWork, ask: Ask, *, now: dt.datetime) -> DeskQuestion | None:
    """Ask what a case needs; None where it was asked before."""
    shown = [(identity.kind, identity.value) for identity in case.person.identities if identity.kind in spec.shows]
    row, is_new = DeskQuestion.objects.get_or_create(
        desk=spec.key,
        about=case.about,
        ask=ask,
        parent=None,
        defaults={
            "label": spec.label,
            **whom(spec.key, case.person),
            "reference": case.reference,
            "identities": json.dumps(shown),
            "due_on": _due(spec, case.due_on),
            "asked_at": now,
            "is_demo": case.is_demo,
        },
    )
    return _tell(spec, row, now) if is_new else None


def whom(desk: str, person: Person) -> dict[str, Any]:
    """How the questions about a person are found again: by the subject, and where there is none of ours, because a
    customer vouches for its own people, by a keyed hash of what it names them by."""
    if person.subject_ids:
        return {"subject_id": person.subject_ids[0]}
    names = sorted([identity.kind, identity.value] for identity in person.identities)
    return {"person_mac": keyring().mac("desk-person", f"{desk}|{canonical_json({'who': names})}")}


@transaction.atomic
def ask_after(spec: "DeskSpec", parent: DeskQuestion, ask: Ask, *, now: dt.datetime) -> DeskQuestion:
    """Ask what follows from an answer: to remove what was found, or to look again. The one that is open already, where
    there is one."""
    row, is_new = DeskQuestion.objects.get_or_create(
        parent=parent,
        ask=ask,
        defaults={
            "desk": parent.desk,
            "about": parent.about,
            "label": parent.label,
            "subject_id": parent.subject_id,
            "person_mac": parent.person_mac,
            "reference": parent.reference,
            "identities": parent.identities,
            "due_on": max(today(), min(_due(spec, None), parent.due_on + dt.timedelta(days=spec.days))),
            "asked_at": now,
            "is_demo": parent.is_demo,
        },
    )
    if is_new:
        _tell(spec, row, now)
    return row


def _due(spec: "DeskSpec", last: dt.date | None) -> dt.date:
    """As many days as the desk has, and inside the case's clock."""
    own = today() + dt.timedelta(days=spec.days)
    return max(today(), min(own, last)) if last else own


def _tell(spec: "DeskSpec", row: DeskQuestion, now: dt.datetime) -> DeskQuestion:
    record(
        ASKED,
        actor=SYSTEM,
        at=now,
        subject_id=row.subject_id,
        target=row,
        is_demo=row.is_demo,
        system=row.desk,
        ask=row.ask,
    )
    mail_people(spec, row, stage="asked", now=now)
    return row


def answers_for(spec: "DeskSpec", row: DeskQuestion) -> str:
    """Who answers this question: the deputy looks again, the owner does everything else."""
    return spec.deputy if row.ask == Ask.VERIFY and spec.deputy else spec.owner


def mail_people(spec: "DeskSpec", row: DeskQuestion, *, stage: str, now: dt.datetime) -> None:
    """Tell whoever answers, once for each stage. Neither the mail nor its link says whom it is about."""
    from privacy.connectors.desks.kind import staff_of  # noqa: PLC0415 - the kind knows its handler, which asks

    owner = answers_for(spec, row)
    context: dict[str, str | int] = {"question": str(row.pk), "stage": stage}
    staff = staff_of(owner)
    for user in staff:
        key = f"{STAFF_MAIL}:{row.pk}:{stage}:{user.pk}"
        queue_mail(STAFF_MAIL, idem_key=key, to=user.email, context=context, now=now, is_demo=row.is_demo)
    if not staff and "@" in owner:
        queue_mail(
            OUTSIDE_MAIL,
            idem_key=f"{OUTSIDE_MAIL}:{row.pk}:{stage}",
            to=owner,
            context=context,
            secret={"token": sealed_token(USE, {"question": str(row.pk)})},
            now=now,
            is_demo=row.is_demo,
        )
