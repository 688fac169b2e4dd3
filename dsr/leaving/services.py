"""Let a package leave by mail or on a medium; its code goes another way, and is kept nowhere afterwards."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import closing

from django.conf import settings
from django.db import transaction
from django.db.models import F

from dsr.identity.selectors import require_level
from dsr.leaving.archives import locked_parts
from dsr.leaving.models import Departure
from dsr.leaving.rules import check_ways, new_code
from dsr.leaving.selectors import ARCHIVE, CODE, LOCKING, STATES, has_left, is_being_locked, key_of, mail_state
from dsr.leaving.vocabulary import CodeBy, DepartureState, Way
from dsr.models import SubjectRequest
from dsr.outcomes import BY_PACKAGE
from dsr.services.letter_facts import letter_facts
from dsr.services.letters import send_letter
from dsr.services.moving import note_history
from dsr.services.releasing import released_package
from privacy.jobs.claiming import Claim
from privacy.jobs.models import SendState
from privacy.jobs.outbox import queue_mail
from privacy.jobs.services import enqueue
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor, ActorKind
from privacy.kernel.errors import DomainError, NotFound, StaleState
from privacy.kernel.sealed_store import SealedStore
from privacy.personal_data.leaks.services import require_clean
from privacy.personal_data.prepared import count_package, read_package

KIND = LOCKING
GOOD_FOR = dt.timedelta(days=30)
STORE = SealedStore("departures")
OPEN = (DepartureState.ASKED, DepartureState.READY)
GONE = "This package is not on its way any more. Load the page again."


@transaction.atomic
def send_away(*, subject_request: SubjectRequest, way: str, code_by: str, actor: Actor, now: dt.datetime) -> Departure:
    """Have the released package of a case locked under a fresh code. One that was on its way ends with it.

    Raises InvalidInput naming the field where the ways do not fit; StaleState where it is being locked just so;
    DomainError where no package is released, a mail cannot carry it, it holds what must not leave, or nobody knows
    well enough who asks.
    """
    case = SubjectRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=subject_request.pk)
    package = released_package(case.pk, now)
    if package is None or package.ends_at is None:
        raise DomainError("No package is released. Send the answer first, or issue it again.", code="no_package")
    require_level(case, case.items.filter(right__in=BY_PACKAGE, outcome__in=["fulfilled", "partly"]))
    require_clean(package)
    contact = {"email": case.contact.email, "phone": case.contact.phone, "postal": case.contact.postal}
    check_ways(way=way, code_by=code_by, contact=contact, size=package.size)
    for row in Departure.objects.select_for_update().filter(subject_request=case, state__in=OPEN):
        if (row.way, row.code_by) == (way, code_by) and is_being_locked(row):
            raise StaleState("It is being locked already. Load the page again in a moment.")
        _end(row, actor=actor, now=now)
    row = Departure.objects.create(
        subject_request=case,
        package_id=package.pk,
        way=way,
        code_by=code_by,
        code=new_code(),
        asked_by=actor.id if actor.kind is ActorKind.STAFF else None,
        asked_at=now,
        ends_at=min(now + GOOD_FOR, package.ends_at),
        is_demo=case.is_demo,
    )
    enqueue(KIND, idem_key=key_of(KIND, row), payload={"departure": str(row.pk)}, now=now, is_demo=case.is_demo)
    day = clock.local_date(row.ends_at, settings.KEPT_TIME_ZONE)
    facts = letter_facts(case, "package_way", leaving=(way, code_by), day=day)
    send_letter(subject_request=case, facts=facts, now=now)
    note_history(subject_request=case, kind="package_locked", actor=actor, now=now, detail=f"{way}:{code_by}")
    return row


def lock_archive(claim: Claim) -> dict[str, int | str]:
    """The job: lock the package, and mail the archive where it leaves by mail. A file without a row is swept.

    A try that fails has no effect: the download of the package is counted with the archive that is kept.
    """
    row = Departure.objects.select_related("subject_request__contact").get(pk=claim.payload["departure"])
    if row.state != DepartureState.ASKED:
        return {"answer": "gone"}
    case, actor = row.subject_request, Actor.staff(row.asked_by, via="console") if row.asked_by else SYSTEM
    which = {"pk": row.package_id, "case_id": case.pk}
    try:
        given = read_package(**which, now=claim.now)
    except (NotFound, StaleState):  # it ended, or was fetched too often: nothing will come of it
        return _give_up(claim, row)
    with closing(given.chunks) as chunks:
        kept = STORE.put_parts(locked_parts(chunks, name=f"{case.reference}.zip", code=row.code))
    is_kept = False
    try:
        with transaction.atomic():
            claim.hold()
            found = Departure.objects.select_for_update().get(pk=row.pk)
            if is_asked := found.state == DepartureState.ASKED:
                count_package(**which, actor=actor, now=claim.now)
                found.state, found.file, found.file_key = DepartureState.READY, kept.file, kept.key
                found.size, found.digest = kept.size, kept.digest
                if found.way == Way.MAIL:
                    _mail(found, ARCHIVE, claim.now)
                    found.sent_at = claim.now
                    note_history(subject_request=case, kind="package_mailed", actor=actor, now=claim.now)
                found.save()
            claim.finish({"bytes": kept.size})
        is_kept = is_asked
    except (NotFound, StaleState):  # it ended while it was locked
        return _give_up(claim, row)
    finally:
        if not is_kept:
            STORE.remove(kept.file)
    return {"bytes": kept.size}


def _give_up(claim: Claim, row: Departure) -> dict[str, int | str]:
    with transaction.atomic():
        claim.hold()
        found = Departure.objects.select_for_update().get(pk=row.pk)
        if found.state == DepartureState.ASKED:
            _end(found, actor=SYSTEM, now=claim.now)
        claim.finish({"answer": "gone"})
    return {"answer": "gone"}


def _mail(row: Departure, template: str, now: dt.datetime, secret: dict[str, str] | None = None) -> None:
    case = row.subject_request
    queue_mail(
        template,
        idem_key=key_of(template, row),
        to=case.contact.email,
        context={"departure": str(row.pk)},
        secret=secret,
        subject_id=case.subject_id,
        now=now,
        is_demo=row.is_demo,
    )


@transaction.atomic
def show_code(*, departure: uuid.UUID, case: SubjectRequest, actor: Actor, now: dt.datetime) -> str:
    """The code, once: to read it out, or to put it into a letter. From here on it is kept nowhere.

    StaleState where it was shown before, the archive is not ready, or its mail was not accepted by the mail server:
    no code without its package. DomainError where it goes by mail.
    """
    row = _ready(departure, case)
    if row.code_by == CodeBy.MAIL:
        raise DomainError("This code goes by mail, once the medium is in the post.", code="by_mail")
    if not row.code:
        raise StaleState("This code was shown already and is kept nowhere. Lock the package again for a new one.")
    if row.way == Way.MAIL and (state := mail_state(row)) != SendState.SENT:
        raise StaleState(f"No code without its package: the mail with the archive {STATES[SendState(state)]}.")
    code: str = row.code
    row.code, row.code_out_at = "", now
    row.save(update_fields=["code", "code_out_at"])
    note_history(subject_request=case, kind="package_code_shown", actor=actor, now=now, detail=row.code_by)
    return code


@transaction.atomic
def tick_code(*, departure: uuid.UUID, case: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """Note that the code was read out or posted. StaleState where it was not shown, or ticked before."""
    row = _ready(departure, case)
    if row.code_out_at is None or row.code_given_at is not None:
        raise StaleState("There is no code to tick. Load the page again.")
    row.code_given_at = now
    row.save(update_fields=["code_given_at"])
    note_history(subject_request=case, kind="package_code_given", actor=actor, now=now, detail=row.code_by)


@transaction.atomic
def take_archive(*, departure: uuid.UUID, case: SubjectRequest, actor: Actor, now: dt.datetime) -> Iterator[bytes]:
    """The locked archive, to be burnt on a medium; each time is an act. StaleState where it does not lie there."""
    row = _ready(departure, case)
    if row.way != Way.MEDIUM or not row.file:
        raise StaleState("There is no archive to burn. Load the page again.")
    Departure.objects.filter(pk=row.pk).update(taken_out=F("taken_out") + 1)
    note_history(
        subject_request=case, kind="package_taken_out", actor=actor, now=now, detail=f"{row.taken_out + 1}:{row.digest}"
    )
    return STORE.read(file=row.file, key=row.file_key)


@transaction.atomic
def tick_posted(*, departure: uuid.UUID, case: SubjectRequest, actor: Actor, now: dt.datetime) -> None:
    """The medium is in the post: our copy goes, and the code leaves where it goes by mail.

    StaleState where nobody burnt it, or it was ticked before.
    """
    row = _ready(departure, case)
    if row.way != Way.MEDIUM or not row.taken_out or row.sent_at:
        raise StaleState("There is no medium to tick. Load the page again.")
    file, row.file, row.file_key, row.sent_at = row.file, "", "", now
    if row.code_by == CodeBy.MAIL:
        _mail(row, CODE, now, {"code": row.code})
        row.code, row.code_out_at, row.code_given_at = "", now, now
        note_history(subject_request=case, kind="package_code_given", actor=actor, now=now, detail="mail")
    row.save()
    note_history(subject_request=case, kind="package_posted", actor=actor, now=now)
    transaction.on_commit(lambda: STORE.remove(file))


def _ready(pk: uuid.UUID, case: SubjectRequest) -> Departure:
    row = Departure.objects.select_for_update().filter(pk=pk, subject_request=case).first()
    if row is None or row.state != DepartureState.READY:
        raise StaleState(GONE)
    row.subject_request = case
    return row


def sweep_departures(*, now: dt.datetime) -> dict[str, int | str]:
    """End every departure whose time is over, let go of archives that left, and remove every file without a row."""
    ended, left = 0, 0
    for pk in list(Departure.objects.filter(state__in=OPEN, ends_at__lte=now).values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Departure.objects.select_for_update(of=("self",)).filter(pk=pk, state__in=OPEN, ends_at__lte=now)
            if row := rows.select_related("subject_request").first():
                _end(row, actor=SYSTEM, now=now)
                ended += 1
    for row in has_left():
        with transaction.atomic():
            left += _let_go(row)
    wanted = set(Departure.objects.exclude(file="").values_list("file", flat=True))
    return {"ended": ended, "left": left, "files": STORE.sweep(wanted=wanted, now=now)}


def _let_go(row: Departure) -> int:
    """The mail server has the archive, so nobody needs our copy. The row stays: its code is still to be handed over."""
    gone = Departure.objects.filter(pk=row.pk, state=DepartureState.READY, file=row.file)
    if not gone.update(file="", file_key=""):
        return 0
    transaction.on_commit(lambda: STORE.remove(row.file))
    return 1


def _end(row: Departure, *, actor: Actor, now: dt.datetime) -> None:
    """Code and archive go, inside the caller's transaction. A mail that still waits then says so instead."""
    file, row.file, row.file_key, row.code = row.file, "", "", ""
    row.state = DepartureState.ENDED
    row.save(update_fields=["state", "file", "file_key", "code"])
    note_history(subject_request=row.subject_request, kind="package_away_ended", actor=actor, now=now)
    if file:
        transaction.on_commit(lambda: STORE.remove(file))
