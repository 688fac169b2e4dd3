"""The people and the staff of the drill: they file, confirm, prepare, approve, decline, and ask again.

One process that may be killed at any moment, like the web server that it stands for: it keeps nothing in
memory and goes on from what the database says. What was committed is written down as acknowledged.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Sum

from accounts.models import User
from benchmarks.drill.answers import answer_step, file_answered, has_erasure_left, hold_first, is_let_go
from benchmarks.drill.scene import ANSWERED, Scene, Wish
from consent.models import ConsentEvent
from consent.services import How, set_preference
from consent.vocabulary import Door
from dsr.correspondence.models import Filing
from dsr.decisions.services import open_proposals
from dsr.models import ErasurePlan, HistoryRow, SubjectRequest
from dsr.services import approving, confirming, deciding, ending, filings, intake, planning
from dsr.states import Channel, State
from privacy.jobs.models import Job, JobState, OutboxMessage, SendState
from privacy.jobs.outbox import queue_mail, resolve_uncertain
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, OPERATOR, Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import DomainError
from privacy.personal_data import prepared as packages
from privacy.personal_data.models import PackageState

LOOKS_INTO_UNCERTAIN_AFTER_S = 5.0  # longer than any pause that the drill makes
PURPOSES = ("newsletter", "product_news", "click_tracking", "open_tracking", "events")
FROM_AFAR = {"erase_web", "withdraw"}
BUSY = (SendState.QUEUED, SendState.SENDING, SendState.UNCERTAIN)


@dataclass
class Front:
    """`progress` gives the share of the wishes that have come by now, from 0 to 1."""

    scene: Scene
    folder: Path
    progress: Callable[[], float]
    _uncertain_since: dict[Any, float] = field(default_factory=dict)
    _has_kept: bool = False

    def work(self) -> None:
        """Go round for ever: every wish that has come moves one step."""
        _wait_for_earlier_front()
        self._acknowledged = os.open(self.folder / "acknowledged.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        while True:
            came = self.scene.wishes[: int(self.progress() * len(self.scene.wishes) + 0.5)]
            self._has_kept = Filing.objects.exists()  # before the cases are read: what is opened is among them
            cases = {case.contact.index: case for case in SubjectRequest.objects.select_related("contact")}
            is_open = [self._move(wish, cases.get(blind_index("email", wish.email))) for wish in came]
            self._look_into_uncertain()
            self._report(sum(is_open), len(came))
            time.sleep(0.05)

    def _move(self, wish: Wish, case: SubjectRequest | None) -> bool:
        """Take the next step of a wish; whether it is still open."""
        try:
            if wish.kind == "choose":
                return self._choose(wish)
            if wish.kind == "access":
                return self._access(wish)
            if case is None:
                if not (self._has_kept and wish.kind in FROM_AFAR):  # it may be this one that is not opened yet
                    self._note(wish, "filed", self._file(wish))
                return True
            if case.state == wish.last_state:
                return wish.kind == "erase_held" and not is_let_go(wish, case, self._staff("lena"))
            self._work_on(wish, case)
        except DomainError as error:
            self._note(wish, f"refused:{error.code}", "")
        return True

    def _file(self, wish: Wish) -> str:
        now = clock.now()
        if wish.kind in ANSWERED:
            return file_answered(wish)
        if wish.kind == "erase_held":
            hold_first(wish, self._staff("lena"))
        if wish.kind in FROM_AFAR:
            filing = Filing(channel=Channel.WEB, at=now)
            filings.keep_filing(filing, wish=filings.Wish(rights=["erasure"], email=wish.email), actor=ANONYMOUS)
            return str(filing.pk)  # that of its case
        if wish.kind in {"erase_account", "erase_held"}:
            user, actor = User.objects.get(pk=wish.user_id), Actor.subject(wish.subject_id, via="account")
            return str(intake.file_from_account(user=user, rights=["erasure"], is_fresh=True, actor=actor, now=now).pk)
        case = intake.file_for_person(
            rights=["erasure"],
            channel="post",
            received_on=now.date(),
            reach=intake.Reach(email=wish.email),
            identity_level="V3",
            actor=self._staff("omar"),
            now=now,
        )
        return str(case.pk)

    def _work_on(self, wish: Wish, case: SubjectRequest) -> None:
        now = clock.now()
        if wish.kind in ANSWERED and case.state == State.RECEIVED and not has_erasure_left(wish, case):
            if done := answer_step(wish, case, self._staff("lena"), self._staff("nora")):
                self._note(wish, done, str(case.pk))
        elif case.state == State.UNCONFIRMED:
            for token in self._tokens(wish.email):
                confirming.confirm_subject_request(token=token, actor=ANONYMOUS, now=now)
                self._note(wish, "confirmed", str(case.pk))
        elif case.state == State.RECEIVED and wish.kind == "refuse":
            reasons = "We cannot tell from what you sent us which data is yours."
            waiting = open_proposals(case).first()
            if waiting is None:
                deciding.refuse_subject_request(
                    subject_request=case, ground="cannot_identify", reasons=reasons, actor=self._staff("lena"), now=now
                )
                return
            approving.approve_decision(proposal=waiting, digest=waiting.digest, actor=self._staff("nora"), now=now)
            self._note(wish, "refused", str(case.pk))
        elif case.state == State.RECEIVED and wish.kind == "withdraw":
            ending.withdraw_subject_request(subject_request=case, actor=ANONYMOUS, now=now)
            self._note(wish, "withdrawn", str(case.pk))
        elif case.state == State.RECEIVED:
            planning.prepare_erasure(subject_request=case, actor=self._staff("lena"), now=now)
            self._note(wish, "prepared", str(case.pk))
        elif case.state == State.PREPARED:
            plan = ErasurePlan.objects.get(subject_request=case, state="prepared")
            approving.approve_plan(plan=plan, digest=plan.digest, actor=self._staff("nora"), now=now)
            self._note(wish, "approved", str(case.pk))

    def _choose(self, wish: Wish) -> bool:
        """Say no to every purpose, one a round, and get a reminder at the end."""
        said = set(ConsentEvent.objects.filter(subject_id=wish.subject_id).values_list("purpose", flat=True))
        left = [purpose for purpose in PURPOSES if purpose not in said]
        if left:
            how, actor = How(Door.SIGNED_IN), Actor.subject(wish.subject_id, via="account")
            events = set_preference(
                subject_id=wish.subject_id, purpose_code=left[0], allow=False, how=how, actor=actor, now=clock.now()
            )
            for event in events:
                self._note(wish, "chosen", str(event.pk))
            return True
        key = f"drill.reminder:{wish.subject_id}"
        queue_mail("drill.reminder", idem_key=key, to=wish.email, context={}, now=clock.now())
        return not OutboxMessage.objects.filter(idem_key=key, state=SendState.SENT).exists()

    def _access(self, wish: Wish) -> bool:
        """Ask for a package; asking again while it is put together gives the same one."""
        user, actor = User.objects.get(pk=wish.user_id), Actor.subject(wish.subject_id, via="account")
        return (
            packages.ask_for_package(subject_id=user.subject_id, actor=actor, now=clock.now()).state
            != PackageState.READY
        )

    def _tokens(self, address: str) -> list[str]:
        """The confirming links that this mailbox got, the newest first and only that."""
        links = [link for mail in accepted(self.folder) if mail["to"] == address for link in mail["links"]]
        return [link.rstrip("/").split("/")[-1] for link in links if "/confirm/" in link][-1:]

    def _look_into_uncertain(self) -> None:
        """What a person does about an uncertain mail: look into the mail server's log, then say so."""
        waiting = {row.pk: row for row in OutboxMessage.objects.filter(state=SendState.UNCERTAIN)}
        ids = {mail["id"] for mail in accepted(self.folder)} if waiting else set()
        for pk, message in waiting.items():
            since = self._uncertain_since.setdefault(pk, time.monotonic())
            if time.monotonic() - since >= LOOKS_INTO_UNCERTAIN_AFTER_S:
                outcome = "sent" if message.message_id in ids else "resend"
                resolve_uncertain(message=message, outcome=outcome, actor=OPERATOR, now=clock.now())

    def _report(self, is_open: int, came: int) -> None:
        """Tell the drill how things stand: a change of `marks` is progress."""
        jobs = Job.objects.exclude(state=JobState.DONE)
        tries = Job.objects.aggregate(tries=Sum("fence"))["tries"]
        facts = {
            "came": came,
            "came_all": came == len(self.scene.wishes),
            "open": is_open,
            "jobs": jobs.exclude(state=JobState.NEEDS_HUMAN).filter(run_after__lte=clock.now()).count(),
            "mails": OutboxMessage.objects.filter(state__in=BUSY).count(),
            "marks": [HistoryRow.objects.count(), tries, len(accepted(self.folder))],
        }
        temporary = self.folder / f"status.{os.getpid()}"
        temporary.write_text(json.dumps(facts))
        temporary.replace(self.folder / "status.json")

    def _note(self, wish: Wish, what: str, row: str) -> None:
        os.write(self._acknowledged, (json.dumps([wish.email, what, row]) + "\n").encode())

    def _staff(self, name: str) -> Actor:
        return Actor.staff(self.scene.staff[name])


def accepted(folder: Path) -> list[dict[str, Any]]:
    """Every mail that the server accepted so far."""
    path = folder / "mails.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def _wait_for_earlier_front() -> None:
    """What a killed front had sent last may still be committing: look again once it is over."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND pid <> pg_backend_pid()"
    with connection.cursor() as cursor:
        while True:
            cursor.execute(query, [os.environ["PGAPPNAME"]])
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.02)
