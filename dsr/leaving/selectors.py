"""How a package that leaves stands: its job, and the mail that carries it."""

from dsr.leaving.models import Departure
from dsr.leaving.vocabulary import DepartureState
from privacy.jobs.models import Job, JobState, OutboxMessage, SendState

LOCKING, ARCHIVE, CODE = "dsr.lock_archive", "dsr.package_archive", "dsr.package_code"
STATES = {
    SendState.QUEUED: "waits for the mail server",
    SendState.SENDING: "is on its way to the mail server",
    SendState.SENT: "was accepted by the mail server",
    SendState.UNCERTAIN: "is uncertain: look into the log of the mail server, then say so in the console's outbox",
    SendState.REFUSED: "was not allowed to leave. Lock the package again",
    SendState.GIVEN_UP: "was refused by the mail server. Put the address right, or choose another way, and lock again",
}


def key_of(template: str, row: Departure) -> str:
    """The key under which a mail or the job of a departure exists once."""
    return f"{template}:{row.pk}"


def mail_state(row: Departure, template: str = ARCHIVE) -> str:
    """The state of this mail of a departure; empty where none was queued."""
    found = OutboxMessage.objects.filter(idem_key=key_of(template, row)).values_list("state", flat=True).first()
    return found or ""


def is_being_locked(row: Departure) -> bool:
    """Whether its job will still do it. False for one that a human has to look at."""
    jobs = Job.objects.filter(idem_key=key_of(LOCKING, row))
    return row.state == DepartureState.ASKED and jobs.exclude(state=JobState.NEEDS_HUMAN).exists()


def has_left() -> list[Departure]:
    """The departures whose archive the mail server has accepted, and of which a copy still lies here."""
    rows = {key_of(ARCHIVE, row): row for row in Departure.objects.filter(state="ready", way="mail").exclude(file="")}
    sent = OutboxMessage.objects.filter(idem_key__in=rows, state=SendState.SENT).values_list("idem_key", flat=True)
    return [rows[key] for key in sent]


def told_of(rows: list[Departure]) -> list[tuple[Departure, list[str], bool]]:
    """Each departure of a case with what staff must know of its job and mails, and whether its code may go out."""
    keys = [key_of(name, row) for row in rows for name in (ARCHIVE, CODE)]
    mails = dict(OutboxMessage.objects.filter(idem_key__in=keys).values_list("idem_key", "state"))
    jobs = Job.objects.filter(idem_key__in=[key_of(LOCKING, row) for row in rows], state=JobState.NEEDS_HUMAN)
    stuck = set(jobs.values_list("idem_key", flat=True))
    told = []
    for row in rows:
        said = []
        if row.state == DepartureState.ASKED and key_of(LOCKING, row) in stuck:
            said.append("It could not be locked: the jobs in the console say why. Lock it again once that is mended")
        for name, what in ((ARCHIVE, "The mail with the archive"), (CODE, "The mail with the code")):
            if state := mails.get(key_of(name, row)):
                said.append(f"{what} {STATES[SendState(state)]}")
        told.append((row, said, row.way != "mail" or mails.get(key_of(ARCHIVE, row)) == SendState.SENT))
    return told
