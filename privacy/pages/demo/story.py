"""The six steps of the story, and how far each has come: read from the rows, never from a cookie."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from consent.rules import Decision
from consent.selectors import decide_for
from dsr.models import HistoryRow, SubjectRequest
from dsr.states import Channel, State
from privacy.audit.models import AuditEvent, Seal
from privacy.kernel import clock
from privacy.pages.demo.cast import DANA, ERIK_EMAIL, FARAH_EMAIL, LENA, NORA, OMAR, Role, user_of
from privacy.pages.demo.installing import key_file
from privacy.personal_data.selectors import alias_set

PURPOSE = "click_tracking"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `role` is who plays it (empty: a visitor); `now` what the rows say."""

    title: str
    todo: str
    role: Role | None
    next: str
    go: str
    now: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What the page shows."""

    steps: tuple[Step, ...]
    api_call: str

    @property
    def next_step(self) -> int:
        """The number of the first step that is not done; 0 where all are."""
        return next((number for number, step in enumerate(self.steps, start=1) if not step.is_done), 0)


def story_so_far() -> Story:
    """Read the story. Where the demo was cleared, no step has begun."""
    try:
        dana = user_of(DANA)
    except User.DoesNotExist:
        return Story((), "")
    decision = decide_for(alias_set(dana.subject_id), PURPOSE, now=clock.now())
    visitors, letters = _cases(Channel.WEB), _cases(Channel.POST)
    return Story(
        (
            _decline(decision),
            _ask(visitors),
            _letter(letters),
            _prepare(visitors + letters),
            _approve(visitors + letters),
            _prove(),
        ),
        _api_call(),
    )


def _cases(channel: Channel) -> list[SubjectRequest]:
    """The erasures asked for by this channel while playing; the stage is set with none of them."""
    found = SubjectRequest.objects.filter(is_demo=True, channel=channel, items__right="erasure").order_by("-filed_at")
    return list(found[:20])


def _decline(decision: Decision) -> Step:
    answer = "allow" if decision.allowed else "deny"
    return Step(
        "A customer changes her mind",
        "Dana allowed us to see which links in mails she clicks. Turn it off and look at the history below it.",
        DANA,
        f"/preferences/#{PURPOSE}",
        "Open her preferences",
        f"The decision API answers now: {answer}.",
        not decision.allowed,
    )


def _ask(cases: list[SubjectRequest]) -> Step:
    confirmed = [case for case in cases if case.state != State.UNCONFIRMED]
    now = "Nobody has asked yet."
    if cases:
        now = f"{cases[0].reference} waits for its confirmation: open the mail."
    if confirmed:
        now = f"{confirmed[0].reference} is confirmed."
    return Step(
        "Somebody without an account asks for erasure",
        f"Erik bought in the shop once. Ask as {ERIK_EMAIL}, then open the captured mail and confirm.",
        None,
        "/requests/new/?right=erasure",
        "Ask without an account",
        now,
        bool(confirmed),
    )


def _letter(cases: list[SubjectRequest]) -> Step:
    now = "No letter is filed yet."
    if cases:
        now = f"{cases[0].reference} is filed" + (f", due {cases[0].due_on:%-d %B}." if cases[0].due_on else ".")
    return Step(
        "A letter arrived twenty days ago",
        f"Farah ({FARAH_EMAIL}) wrote by post and wants to be erased. File it with the day on the stamp: "
        "the time to answer runs from that day.",
        OMAR,
        "/desk/",
        "File it at the desk",
        now,
        bool(cases),
    )


def _prepare(cases: list[SubjectRequest]) -> Step:
    prepared = HistoryRow.objects.filter(subject_request_id__in=[case.pk for case in cases], kind="prepared").count()
    return Step(
        "Legal looks before anything is touched",
        "Lena sees both requests by due date, opens one and reads what would be erased, what stays and why, "
        "and what was not found. She freezes the plan.",
        LENA,
        "/console/dsr/subjectrequest/",
        "Open the queue",
        f"{prepared} plan{'' if prepared == 1 else 's'} frozen." if prepared else "No plan is frozen yet.",
        bool(prepared),
    )


def _approve(cases: list[SubjectRequest]) -> Step:
    closed = [case for case in cases if case.state == State.CLOSED]
    now = f"{closed[0].reference} is closed: the letter is in the mail." if closed else "Nothing is approved yet."
    return Step(
        "A second person approves, and it is done",
        "Nora approves exactly what Lena froze. Our own tables and the shop are erased, asked again, and the letter "
        "goes out.",
        NORA,
        "/console/dsr/subjectrequest/",
        "Approve it",
        now,
        bool(closed),
    )


def _prove() -> Step:
    seals, events = Seal.objects.count(), AuditEvent.objects.count()
    looked = AuditEvent.objects.filter(type="audit.verified").exists()
    return Step(
        "The proof",
        "Every act is in a sealed log. Read the policy with its live figures, then check the seals: "
        "manage.py verify_ledger",
        LENA,
        "/policy/",
        "Read the policy",
        f"{events} events under {seals} seals.",
        looked,
    )


def _api_call() -> str:
    """The question that a partner system would ask, to try in a terminal."""
    try:
        key = key_file().read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    body = f'{{"subject": {{"email": "{DANA.email}"}}, "purpose": "{PURPOSE}"}}'
    return (
        f"curl -s {settings.KEPT_BASE_URL}/api/v1/decisions -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'"
    )
