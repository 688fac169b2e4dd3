"""The whole life of cases, at random: lawful and unlawful acts by the cast, through the services.

Whatever is tried in whatever order, and however often the rules say no, these hold: a case is where its history
leads; nothing is carried out without a second person; a closed case has every answer; what is held stays; a due
date moves only with a letter.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from dsr.decisions.models import Appeal, Proposal
from dsr.decisions.services import send_back
from dsr.models import Approval, Clock, ErasurePlan, HistoryRow, Letter, RequestItem, Run, Step, SubjectRequest
from dsr.outcomes import OUTCOMES, Decision
from dsr.services import answering, appealing, approving, converting, deciding, ending, extending, intake, planning
from dsr.services.moving import move
from dsr.services.reopening import reopen
from dsr.states import TRANSITIONS, Right, State, StepState
from dsr.tests.conftest import Shop
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.personal_data import guards
from privacy.personal_data.contract import handlers
from privacy.personal_data.guards import Held
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db
WORDS = "We looked at every place where this could be."
GROUNDS = ["", "unfounded", "cannot_identify", "accurate", "disproportionate_effort", "legal_claims"]
RIGHTS = [Right.ERASURE, Right.RECTIFICATION, Right.RESTRICTION, Right.QUESTION, Right.COMPLAINT, Right.SAFEGUARDS_COPY]
STAFF = ["lena", "nora", "tara", "omar", "mallory"]
numbers = st.integers(0, 1000)


class Life(RuleBasedStateMachine):
    """One installation with a handful of cases of alice. Each example is rolled back."""

    people: dict[str, User]
    shop: Shop

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.shop.rows = {"1": "alice@example.com", "2": "alice@example.com", "3": "bob@example.com"}
        self.now = clock.now() - dt.timedelta(days=20)
        self.protected: dict[str, str] = {}
        guards._guards["life"] = self._guard

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def _guard(self, _person: Any, table: str, keys: Any) -> dict[str, Held]:
        held = Held("A dispute is open.", "legal_claims")
        return {key: held for key in keys if table == "shop.orders" and key in self.protected}

    # --- Who acts, on what -----------------------------------------------------------------------------

    def _pick(self, rows: Any, number: int) -> Any:
        found = list(rows)
        return found[number % len(found)] if found else None

    def _case(self, number: int) -> Any:
        return self._pick(SubjectRequest.objects.order_by("filed_at", "reference"), number)

    @contextmanager
    def _try(self) -> Iterator[dict[str, Any]]:
        """A rule that says no undoes all of its act; anything else than a DomainError is a mistake of ours."""
        self.now += dt.timedelta(seconds=1)
        try:
            with transaction.atomic():
                yield {"now": self.now}
        except DomainError:
            pass

    def _staff(self, name: str) -> Actor:
        return Actor.staff(self.people[name].pk, via="console")

    @property
    def _alice(self) -> Actor:
        return Actor.subject(self.people["alice"].subject_id, via="account")

    # --- Acts ------------------------------------------------------------------------------------------

    @initialize(rights=st.lists(st.sampled_from(RIGHTS), min_size=1, max_size=3, unique=True))
    def begin(self, rights: list[str]) -> None:
        self.file_own(rights)

    @rule(rights=st.lists(st.sampled_from(RIGHTS), min_size=1, max_size=3, unique=True))
    def file_own(self, rights: list[str]) -> None:
        with self._try() as at:
            intake.file_from_account(
                user=self.people["alice"], rights=rights, message=WORDS, is_fresh=True, actor=self._alice, **at
            )

    @rule(by=st.sampled_from(STAFF), days=st.integers(0, 5))
    def file_at_the_desk(self, by: str, days: int) -> None:
        with self._try() as at:
            day = clock.local_date(self.now, "Asia/Kolkata") - dt.timedelta(days=days)
            intake.file_for_person(
                rights=[Right.ERASURE, Right.QUESTION],
                channel="post",
                received_on=day,
                reach=intake.Reach(name="Alice", email="alice@example.com"),
                message=WORDS,
                identity_level="V1",
                actor=self._staff(by),
                **at,
            )

    @rule(
        number=numbers,
        outcome=st.sampled_from([*OUTCOMES, "upheld", "not_upheld"]),
        ground=st.sampled_from(GROUNDS),
        by=st.sampled_from(STAFF),
    )
    def decide(self, number: int, outcome: str, ground: str, by: str) -> None:
        if item := self._pick(RequestItem.objects.filter(decided_at=None).order_by("pk"), number):
            decision = Decision(outcome, WORDS, ground, systems={"shop": "done"})
            with self._try() as at:
                answering.answer_item(item=item, decision=decision, actor=self._staff(by), **at)

    @rule(number=numbers, by=st.sampled_from(STAFF), is_exact=st.booleans())
    def approve(self, number: int, by: str, is_exact: bool) -> None:
        if proposal := self._pick(Proposal.objects.order_by("proposed_at"), number):
            digest = proposal.digest if is_exact else "0" * 64
            with self._try() as at:
                approving.approve_decision(proposal=proposal, digest=digest, actor=self._staff(by), **at)

    @rule(number=numbers, by=st.sampled_from(STAFF))
    def refuse_the_whole(self, number: int, by: str) -> None:
        if case := self._case(number):
            with self._try() as at:
                deciding.refuse_subject_request(
                    subject_request=case, ground="unfounded", reasons=WORDS, actor=self._staff(by), **at
                )

    @rule(number=numbers, by=st.sampled_from(STAFF))
    def send_it_back(self, number: int, by: str) -> None:
        if proposal := self._pick(Proposal.objects.order_by("proposed_at"), number):
            with self._try() as at:
                send_back(proposal=proposal, actor=self._staff(by), **at)

    @rule(number=numbers, by=st.sampled_from(STAFF))
    def prepare(self, number: int, by: str) -> None:
        if case := self._case(number):
            with self._try() as at:
                planning.prepare_erasure(subject_request=case, actor=self._staff(by), **at)

    @rule(number=numbers, by=st.sampled_from(STAFF), is_approved=st.booleans())
    def settle_plan(self, number: int, by: str, is_approved: bool) -> None:
        if plan := self._pick(ErasurePlan.objects.filter(state="prepared").order_by("prepared_at"), number):
            with self._try() as at:
                if is_approved:
                    approving.approve_plan(plan=plan, digest=plan.digest, actor=self._staff(by), **at)
                else:
                    planning.discard_plan(plan=plan, actor=self._staff(by), **at)

    @rule()
    def work(self) -> None:
        run_until_empty()

    @rule(number=numbers, by=st.sampled_from(STAFF))
    def send(self, number: int, by: str) -> None:
        if case := self._case(number):
            with self._try() as at:
                answering.send_answer(subject_request=case, actor=self._staff(by), **at)

    @rule(number=numbers)
    def withdraw(self, number: int) -> None:
        if case := self._case(number):
            with self._try() as at:
                ending.withdraw_subject_request(subject_request=case, actor=self._alice, **at)

    @rule(number=numbers, by=st.sampled_from(STAFF))
    def open_again(self, number: int, by: str) -> None:
        if case := self._case(number):
            rights = list(case.items.values_list("right", flat=True))
            with self._try() as at:
                reopen(subject_request=case, rights=rights, reason="new_facts", actor=self._staff(by), **at)

    @rule(number=numbers, is_granted=st.booleans(), by=st.sampled_from(STAFF))
    def appeal(self, number: int, is_granted: bool, by: str) -> None:
        if case := self._case(number):
            with self._try() as at:
                appealing.file_appeal(subject_request=case, words=WORDS, actor=self._alice, **at)
        if waiting := Appeal.objects.filter(state="open").first():
            with self._try() as at:
                appealing.decide_appeal(
                    appeal=waiting, is_granted=is_granted, answer=WORDS, actor=self._staff(by), **at
                )

    @rule(number=numbers, to=st.sampled_from(list(State)))
    def push(self, number: int, to: State) -> None:
        """What no page offers: a move to any state of the table that needs nothing else."""
        if (case := self._case(number)) and to in {State.SPAM, State.DUPLICATE, State.EXPIRED}:
            with self._try() as at:
                move(subject_request=case, to=to, kind="pushed", actor=self._staff("lena"), **at)

    @rule(number=numbers)
    def convert(self, number: int) -> None:
        if item := self._pick(RequestItem.objects.filter(right=Right.QUESTION).order_by("pk"), number):
            with self._try() as at:
                converting.convert_question(item=item, rights=[Right.RESTRICTION], actor=self._staff("lena"), **at)

    @rule(number=numbers, by=st.sampled_from(STAFF))
    def take_more_time(self, number: int, by: str) -> None:
        if case := self._case(number):
            with self._try() as at:
                extending.extend_deadline(
                    subject_request=case, reason="complex", words=WORDS, actor=self._staff(by), **at
                )

    @rule(is_held=st.booleans())
    def hold(self, is_held: bool) -> None:
        self.protected = dict(self.shop.rows) if is_held else {}

    @rule(days=st.integers(0, 4))
    def let_time_pass(self, days: int) -> None:
        self.now = min(self.now + dt.timedelta(days=days), clock.now() - dt.timedelta(minutes=5))

    # --- What always holds -----------------------------------------------------------------------------

    @invariant()
    def a_case_is_where_its_history_leads(self) -> None:
        for case in SubjectRequest.objects.all():
            moves = [
                (State(row.from_state), State(row.to_state))
                for row in HistoryRow.objects.filter(subject_request_id=case.pk).exclude(to_state="")
            ]
            assert all(to in TRANSITIONS[old] for old, to in moves), moves
            balance = Counter(to for _, to in moves)
            balance.subtract(old for old, _ in moves)
            balance[State.RECEIVED] += 1  # where every case of this test begins
            assert {state for state, count in balance.items() if count} == {State(case.state)}, (case.state, moves)

    @invariant()
    def nothing_is_carried_out_by_one_alone(self) -> None:
        for row in Approval.objects.select_related("plan__subject_request"):
            assert row.approved_by not in {row.plan.prepared_by, row.plan.subject_request.filed_by}
        for proposal in Proposal.objects.filter(state="approved").select_related("subject_request"):
            assert proposal.settled_by not in {proposal.proposed_by, proposal.subject_request.filed_by}
        approved = Proposal.objects.filter(state="approved")
        for item in RequestItem.objects.filter(outcome__in=["refused", "not_upheld"]):
            mine = approved.filter(item=item) | approved.filter(item=None, subject_request=item.subject_request_id)
            assert mine.exists(), item.right
        assert not Run.objects.filter(plan__approval=None).exists()

    @invariant()
    def a_closed_case_has_every_answer(self) -> None:
        for case in SubjectRequest.objects.filter(state__in=[State.CLOSED, State.REFUSED]):
            assert not case.items.filter(decided_at=None).exists()
            steps = Step.objects.filter(run__plan__subject_request=case)
            assert not steps.exclude(state=StepState.DONE).exists() and not steps.filter(answer="").exists()
            assert case.letters.filter(kind__in=["answer", "refusal"]).exists()

    @invariant()
    def what_is_held_stays(self) -> None:
        assert self.protected.items() <= self.shop.rows.items()
        assert self.shop.rows["3"] == "bob@example.com"

    @invariant()
    def a_due_date_moves_later_only_with_a_letter(self) -> None:
        for item in RequestItem.objects.all():
            dates = list(
                Clock.objects.filter(item=item, kind="respond").order_by("number").values_list("due_on", flat=True)
            )
            if dates and max(dates) > dates[0]:
                assert Letter.objects.filter(subject_request=item.subject_request_id, kind="extension").exists()


def test_the_whole_life_of_a_case(
    alice: User, lena: User, nora: User, omar: User, mallory: User, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tara = make_user("tara@kept.example", "work_subject_request", "approve_erasure", is_staff=True)
    people = {"alice": alice, "lena": lena, "nora": nora, "omar": omar, "mallory": mallory, "tara": tara}
    kind: type[RuleBasedStateMachine] = type("OneLife", (Life,), {"people": people, "shop": shop})
    monkeypatch.setattr(handlers, "_fixed", {})  # the shop alone: our own tables have tests of their own
    quick = settings(
        max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    run_state_machine_as_test(kind, settings=quick)
