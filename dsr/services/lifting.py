"""End a restriction that a request brought: the person is told first, a week before."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, QuerySet

from dsr.models import SubjectRequest
from dsr.services.letter_facts import letter_facts
from dsr.services.letters import send_letter
from dsr.states import Right
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.models import Restriction
from privacy.personal_data.restricting import set_lift_day

NOTICE = dt.timedelta(days=7)  # ours; Article 18(3) GDPR names no period
SHORTEST_REASON = 20


def open_restriction(subject_request: SubjectRequest) -> Restriction | None:
    """The restriction that stands for the person of a case which asked for one."""
    return open_restrictions(subject_request).first()


def open_restrictions(subject_request: SubjectRequest) -> "QuerySet[Restriction]":
    """It, or none, as rows that can be asked together with others of the case."""
    asked = subject_request.items.filter(right=Right.RESTRICTION, outcome__in=["fulfilled", "partly"])
    if subject_request.subject_id is None:
        return Restriction.objects.none()
    return Restriction.objects.filter(Exists(asked), subject_id=subject_request.subject_id, lifted_at=None)


@transaction.atomic
def announce_lifting(*, subject_request: SubjectRequest, words: str, actor: Actor, now: dt.datetime) -> Restriction:
    """Tell the person that the restriction ends in a week, and why; a job lifts it then.

    Raises InvalidInput without a reason; DomainError where no restriction of this case stands, or nothing says any
    more how to reach the person; StaleState where it was announced before.
    """
    if len(words.strip()) < SHORTEST_REASON:
        raise InvalidInput("Explain in plain words why; the person will read it.", field="words")
    restriction = open_restriction(subject_request)
    if restriction is None:
        raise DomainError("No restriction of this request stands.", code="not_restricted")
    if not hasattr(subject_request, "contact"):
        raise DomainError("We do not keep any more how to reach the person of this request.", code="no_contact")
    lift_on = clock.local_date(now, settings.KEPT_TIME_ZONE) + NOTICE
    set_lift_day(restriction=restriction, lift_on=lift_on, actor=actor, now=now)
    facts = letter_facts(subject_request, "lifting", day=lift_on, words=words.strip())
    send_letter(subject_request=subject_request, facts=facts, now=now)
    return restriction
