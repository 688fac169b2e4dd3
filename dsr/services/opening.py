"""What every way of filing has in common: a case with its rights, its contact and words, noted, its clocks started."""

import datetime as dt
from dataclasses import dataclass

from dsr.models import CaseLink, CaseNote, Contact, RequestItem, SubjectRequest
from dsr.regions import check_region
from dsr.rules import CONFIRMATIONS_PER_HOUR, FIRST, new_reference
from dsr.services.clocks import STARTED, first_clocks
from dsr.services.letters import write_acknowledgement
from dsr.services.links import cases_of_mailbox
from dsr.services.moving import history_statements
from dsr.states import Channel, Right, State
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.ready import Ready
from privacy.kernel.statements import insert, insert_unless, insertion_of_all, run_together
from privacy.kernel.texts import one_line
from privacy.policy.board import is_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How to reach the person, and the region where they say they live."""

    name: str = ""
    email: str = ""
    postal: str = ""
    phone: str = ""
    region: str = ""


def open_case(
    subject_request: SubjectRequest,
    rights: list[str],
    reach: Reach,
    message: str = "",
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Store a new case with its items, contact and words, note it, and start its clocks; what belongs to it goes to
    the database together. InvalidInput(region)."""
    check_region(subject_request.region)
    subject_request.filed_at = now
    if Right.CHILD_REPORT in rights and is_on("dsr.child_first"):
        subject_request.priority = FIRST
    items = [RequestItem(subject_request=subject_request, right=right) for right in rights]
    clocks, _ = first_clocks(subject_request, items, now)
    subject_request.reference = subject_request.reference or new_reference()
    while not insert_unless(subject_request, "reference"):  # somebody has it
        subject_request.reference = new_reference()
    contact = Contact(
        subject_request=subject_request,
        name=one_line(reach.name),
        email=reach.email,
        postal=reach.postal.strip(),
        phone=reach.phone,
        index=blind_index("email", reach.email) if reach.email else "",
    )
    words = [_note(subject_request, "message", message, now)] if message.strip() else []
    run_together(
        [
            *(insertion_of_all(rows) for rows in (items, [contact], words, clocks) if rows),
            *history_statements(
                subject_request=subject_request, kind="filed", actor=actor, now=now, detail=str(subject_request.channel)
            ),
            *history_statements(
                subject_request=subject_request, kind=STARTED, actor=actor, now=now, detail=f"{subject_request.due_on}"
            ),
        ]
    )


def acknowledge(subject_request: SubjectRequest, index: str, now: dt.datetime) -> bool:
    """Mail that it arrived; False, and no mail, where the mailbox had several within the hour."""
    recent = CaseLink.objects.filter(subject_request__contact__index=index, created_at__gt=now - dt.timedelta(hours=1))
    if recent.count() >= CONFIRMATIONS_PER_HOUR:
        return False
    write_acknowledgement(subject_request=subject_request, now=now)
    return True


WAITING = Ready(lambda indexes, state, channels: cases_of_mailbox(indexes).filter(state=state, channel__in=channels))


def waiting_case(
    indexes: list[str], rights: list[str], state: State, channels: tuple[Channel, ...] = (Channel.WEB,)
) -> SubjectRequest | None:
    """The request of this mailbox in this state for exactly these rights, filed by its person."""
    if not WAITING.any(indexes, state, channels):  # as for nearly every mailbox
        return None
    cases = cases_of_mailbox(indexes).filter(state=state, channel__in=channels)
    return next((case for case in cases.prefetch_related("items") if rights_of(case) == set(rights)), None)


def rights_of(subject_request: SubjectRequest) -> set[str]:
    """The rights asked for, from prefetched items."""
    return {item.right for item in subject_request.items.all()}


def note_message(subject_request: SubjectRequest, message: str, now: dt.datetime) -> None:
    """Keep the person's words; the same words once."""
    words = message.strip()
    if words and words not in {note.text for note in subject_request.notes.filter(kind="message")}:
        add_note(subject_request, "message", words, now)


def add_note(
    subject_request: SubjectRequest, kind: str, text: str, now: dt.datetime, author: Actor | None = None
) -> None:
    """Keep a note of a case: the person's message, or one for staff."""
    insert(_note(subject_request, kind, text, now, author))


def _note(
    subject_request: SubjectRequest, kind: str, text: str, now: dt.datetime, author: Actor | None = None
) -> CaseNote:
    return CaseNote(
        subject_request=subject_request,
        kind=kind,
        text=text.strip(),
        author=author.id if author else None,
        created_at=now,
    )
