"""Count a case by the law of another place: with a reason, and without losing what was counted before."""

import datetime as dt

from django.conf import settings
from django.db import transaction

from dsr.laws import law_of_region
from dsr.models import CaseNote, Clock, SubjectRequest
from dsr.regions import check_region
from dsr.services.clocks import recompute_clocks
from dsr.services.counting import laws_of_case
from dsr.services.moving import note_history
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState

SHORTEST_REASON = 20


@transaction.atomic
def change_law(
    *, subject_request: SubjectRequest, region: str, reason: str, actor: Actor, now: dt.datetime
) -> list[Clock]:
    """Say where the person lives, and count by the law there beside the installation's own.

    The reason is kept as a note of staff; the clocks are counted again, and earlier counts stay. Raises
    InvalidInput naming the field; DomainError for a case that has ended; StaleState where somebody else changed it.
    """
    check_region(region)
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput("Say how you know where the person lives.", field="reason")
    locked = SubjectRequest.objects.select_for_update(no_key=True).get(pk=subject_request.pk)
    if locked.state not in OPEN:
        raise DomainError("This request has ended, so its law stays.", code="ended")
    if locked.region == region:
        raise InvalidInput("This is the place that counts already.", field="region")
    home = laws_of_case(locked)[0]
    residence = law_of_region(region, clock.local_date(locked.received_at, settings.KEPT_TIME_ZONE))
    regime = residence.profile if residence else home.profile
    before = SubjectRequest.objects.filter(pk=locked.pk, region=locked.region, regime=locked.regime)
    if before.update(region=region, regime=regime) != 1:
        raise StaleState("Somebody else changed this request meanwhile. Load the page again.")
    detail = f"{locked.region or '-'} {locked.regime or '-'} > {region or '-'} {regime}"
    subject_request.region, subject_request.regime = region, regime
    note_history(subject_request=subject_request, kind="law_changed", actor=actor, now=now, detail=detail)
    CaseNote.objects.create(
        subject_request=subject_request, kind="staff", text=reason.strip(), author=actor.id, created_at=now
    )
    return recompute_clocks(subject_request=subject_request, actor=actor, now=now)
