"""Six digits to the address of a case: for a person on the phone, or whose mail program breaks links.

A code lives for minutes, dies after a few wrong tries or when a newer one is mailed, and only a POST uses it.
Every try is counted before it is compared, so that any number at once have no more tries than one after another.
"""

import datetime as dt
import hmac
import secrets

from django.db import transaction
from django.db.models import F

from dsr.identity.levels import Level
from dsr.identity.models import IdentityCode
from dsr.identity.selectors import require_may_ask
from dsr.identity.services.raising import raise_level
from dsr.models import SubjectRequest
from dsr.rules import CODE_LIVES, CODE_TRIES, CODES_PER_HOUR
from dsr.services.confirming import confirmed_case
from dsr.services.links import lock_mailbox
from dsr.services.moving import note_history
from dsr.states import OPEN, State
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.keyring import keyring

DIGITS = 6


@transaction.atomic
def send_code(*, subject_request: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Mail a code to the address of the case; an earlier one becomes void.

    DomainError where the case has no email address or has ended, where nothing may be asked, or after several
    codes within the hour.
    """
    case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if case.state not in OPEN:
        raise DomainError("This request has ended.", code="ended")
    require_may_ask(case)
    if not case.contact.email:
        raise DomainError("No email address is known for this request.", code="no_address")
    lock_mailbox(case.contact.index)
    recent = IdentityCode.objects.filter(
        subject_request__contact__index=case.contact.index, created_at__gt=now - dt.timedelta(hours=1)
    )
    if recent.count() >= CODES_PER_HOUR:
        raise DomainError("Several codes were mailed within the hour. Try again later.", code="too_many")
    drop_codes(subject_request=case, now=now)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = IdentityCode(subject_request=case, created_at=now, expires_at=now + CODE_LIVES)
    row.digest = _digest(row, code)
    row.save(force_insert=True)
    queue_mail(
        "identity.code",
        idem_key=f"identity.code:{row.pk}",
        to=case.contact.email,
        context={"case": str(case.pk)},
        secret={"code": code},
        now=now,
        is_demo=case.is_demo,
    )
    note_history(subject_request=case, kind="code_sent", actor=actor, now=now)


def drop_codes(*, subject_request: SubjectRequest, now: dt.datetime) -> None:
    """Make the code of a case void."""
    rows = IdentityCode.objects.filter(subject_request=subject_request, used_at=None, superseded_at=None)
    rows.update(superseded_at=now)


def use_code(*, reference: str, code: str, actor: Actor, now: dt.datetime) -> SubjectRequest | None:
    """Use the code of a case up: who gave it controls its address. The case; None for anything else, always alike.

    Not in a transaction of the caller's: a wrong try must stay counted.
    """
    typed = "".join(code.split())
    row = (
        IdentityCode.objects.select_related("subject_request")
        .filter(subject_request__reference=reference.strip().upper(), used_at=None, superseded_at=None)
        .filter(expires_at__gt=now)
        .first()
    )
    if row is None:
        return None
    alive = IdentityCode.objects.filter(pk=row.pk, used_at=None, superseded_at=None, tries__lt=CODE_TRIES)
    if alive.update(tries=F("tries") + 1) != 1 or not hmac.compare_digest(_digest(row, typed), row.digest):
        return None
    with transaction.atomic():
        if IdentityCode.objects.filter(pk=row.pk, used_at=None, superseded_at=None).update(used_at=now) != 1:
            return None
        case = SubjectRequest.objects.select_for_update(no_key=True).get(pk=row.subject_request_id)
        if case.state == State.UNCONFIRMED:
            confirmed_case(subject_request=case, actor=actor, now=now)
        elif case.state in OPEN:
            raise_level(subject_request=case, level=Level.V1, method="code", actor=actor, now=now, verified=True)
        else:
            return None
    return case


def _digest(row: IdentityCode, code: str) -> str:
    """Keyed, and bound to its row: a million codes are soon tried against a plain hash."""
    return keyring().mac("identity-code", f"{row.pk}:{code}")
