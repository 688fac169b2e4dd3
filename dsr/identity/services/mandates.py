"""Somebody asks for the person: an agent, a parent, a guardian, an heir, a nominee.

The answer goes to the person, unless the mandate covers receipt and was accepted. Who shows a power of attorney is
not asked for more, and for an opt-out nobody is asked for anything (11 CCR 7026(j), 7063(b)).
"""

import datetime as dt

from django.db import transaction

from dsr.identity.models import Basis, Mandate, MandateState
from dsr.identity.selectors import require_may_ask
from dsr.models import SubjectRequest
from dsr.services.extending import ask_identity
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel import identifiers
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.texts import one_line


@transaction.atomic
def note_mandate(
    *,
    subject_request: SubjectRequest,
    basis: str,
    name: str,
    email: str = "",
    covers_receipt: bool = False,
    has_power_of_attorney: bool = False,
    expires_on: dt.date | None = None,
    actor: Actor,
    now: dt.datetime,
) -> Mandate:
    """Note who asks for the person, and on what basis; one for each case, the newer in place of the older.

    InvalidInput names the field; DomainError for a case that has ended.
    """
    if basis not in list(Basis):
        raise InvalidInput("Choose on what basis they ask.", field="basis")
    if not one_line(name):
        raise InvalidInput("Write who asks for the person.", field="name")
    try:
        address = identifiers.normalize("email", email) if email.strip() else ""
    except InvalidInput as error:
        raise InvalidInput(error.message, field="email") from None
    if covers_receipt and not address:
        raise InvalidInput("Write where they receive the answer.", field="email")
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    Mandate.objects.filter(subject_request=case).delete()
    row = Mandate(
        subject_request=case,
        basis=basis,
        name=one_line(name),
        email=address,
        covers_receipt=covers_receipt,
        has_power_of_attorney=has_power_of_attorney,
        expires_on=expires_on,
        made_at=now,
        made_by=actor.id,
    )
    row.save(force_insert=True)
    note_history(subject_request=case, kind="mandate_noted", actor=actor, now=now, detail=basis)
    return row


@transaction.atomic
def judge_mandate(*, mandate: Mandate, is_accepted: bool, actor: Actor, now: dt.datetime) -> None:
    """Say whether the mandate holds. StaleState where that is said already."""
    state = MandateState.ACCEPTED if is_accepted else MandateState.REJECTED
    rows = Mandate.objects.filter(pk=mandate.pk, state=MandateState.NOTED)
    if rows.update(state=state, judged_at=now, judged_by=actor.id) != 1:
        raise StaleState("This mandate is judged already.")
    note_history(subject_request=mandate.subject_request, kind="mandate_judged", actor=actor, now=now, detail=state)


@transaction.atomic
def ask_for_mandate(*, subject_request: SubjectRequest, words: str, actor: Actor, now: dt.datetime) -> None:
    """Ask for the proof of a mandate. DomainError where nothing may be asked, or a power of attorney is there."""
    require_may_ask(subject_request)
    mandate = Mandate.objects.filter(subject_request=subject_request).first()
    if mandate and mandate.has_power_of_attorney:
        raise DomainError("There is a power of attorney. Ask for no more.", code="enough")
    ask_identity(subject_request=subject_request, words=words, actor=actor, now=now)
