"""A second person approves exactly what was proposed, and never the one who filed or decided."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from dsr.decisions import selectors
from dsr.decisions.models import Proposal
from dsr.decisions.services import send_back
from dsr.decisions.vocabulary import ALONE_AFTER
from dsr.identity.services.raising import set_sensitivity
from dsr.models import Approval, HistoryRow, Letter, RequestItem, SubjectRequest, SystemAnswer
from dsr.outcomes import Decision
from dsr.retained.models import RetainedSet
from dsr.services import answering, approving, deciding, planning
from dsr.services.converting import convert_question
from dsr.services.ending import withdraw_subject_request
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
Asking = Callable[..., SubjectRequest]
WORDS = "We looked at every place where this could be."


def refuse(case: SubjectRequest, user: User, right: str = Right.ERASURE) -> Proposal:
    found = answering.answer_item(
        item=case.items.get(right=right),
        decision=Decision("refused", WORDS, "unfounded", evidence="file 7"),
        actor=Actor.staff(user.pk),
        now=clock.now(),
    )
    assert isinstance(found, Proposal)
    return found


def approve(proposal: Proposal, user: User, *, digest: str = "", now: dt.datetime | None = None) -> None:
    actor = Actor.staff(user.pk)
    approving.approve_decision(proposal=proposal, digest=digest or proposal.digest, actor=actor, now=now or clock.now())


@pytest.mark.promise(72)
def test_s72_a_refusal_is_proposed_and_approved_by_another(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = asking(Right.ERASURE)
    proposal = refuse(case, lena)
    item = case.items.get()
    assert item.decided_at is None and proposal.reasons == ["refusal"]
    with pytest.raises(NotAllowed, match="second person"):
        approve(proposal, lena)
    with pytest.raises(StaleState):
        approve(proposal, nora, digest="0" * 64)
    approve(proposal, nora)
    item.refresh_from_db()
    assert (item.outcome, item.ground) == ("refused", "unfounded")
    assert item.answer.decided_by == lena.pk and item.answer.evidence == "file 7"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.settled_by, proposal.is_one_pair) == ("approved", nora.pk, False)
    with pytest.raises(StaleState):
        approve(proposal, nora)
    assert board() is ControlState.GREEN


def board() -> ControlState:
    return next(each for each in controls() if each.code == "dsr.second_person").answer().state


def test_s72_off_and_the_board_sees_it(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.ERASURE)
    with switched_off("dsr.second_person"):
        answering.answer_item(
            item=case.items.get(),
            decision=Decision("refused", WORDS, "unfounded"),
            actor=Actor.staff(lena.pk),
            now=clock.now(),
        )
    assert case.items.get().outcome == "refused"
    assert board() is ControlState.RED


def test_who_filed_it_does_not_approve_and_who_lacks_the_right_neither(
    asking: Asking, shop: Shop, lena: User, nora: User, omar: User, mallory: User
) -> None:
    case = asking(Right.ERASURE, filed_by=nora.pk)
    proposal = refuse(case, lena)
    for user in (lena, omar, mallory):
        with pytest.raises(NotAllowed):
            approve(proposal, user)
    for actor in (SYSTEM, ANONYMOUS, Actor.subject(case.subject_id or nora.pk)):
        with pytest.raises(NotAllowed):
            approving.approve_decision(proposal=proposal, digest=proposal.digest, actor=actor, now=clock.now())
    assert not RequestItem.objects.exclude(decided_at=None).exists()


def test_one_pair_of_eyes_waits_a_day_and_the_evidence_says_so(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.ERASURE)
    proposal = refuse(case, lena)
    now = proposal.proposed_at
    with pytest.raises(NotAllowed, match="after a day"):
        approve(proposal, lena, now=now + ALONE_AFTER - dt.timedelta(seconds=1))
    with pytest.raises(NotAllowed):  # a clock that went back opens nothing
        approve(proposal, lena, now=now - dt.timedelta(days=2))
    approve(proposal, lena, now=now + ALONE_AFTER)
    proposal.refresh_from_db()
    assert proposal.is_one_pair and HistoryRow.objects.filter(kind="one_pair_of_eyes", detail="decision").exists()


def test_an_erasure_by_one_pair_of_eyes_is_marked(make_case: Asking, shop: Shop, lena: User) -> None:
    case = make_case()
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    actor = Actor.staff(lena.pk)
    with pytest.raises(NotAllowed, match="after a day"):
        approving.approve_plan(plan=plan, digest=plan.digest, actor=actor, now=clock.now())
    later = plan.prepared_at + ALONE_AFTER
    approving.approve_plan(plan=plan, digest=plan.digest, actor=actor, now=later)
    assert Approval.objects.get().mark == "one_pair_of_eyes"
    assert HistoryRow.objects.filter(kind="one_pair_of_eyes", detail="erasure").exists()


def test_a_second_approver_who_comes_in_time_ends_the_exception(
    asking: Asking, shop: Shop, lena: User, request: Any
) -> None:
    proposal = refuse(asking(Right.ERASURE), lena)
    nora: User = request.getfixturevalue("nora")
    with pytest.raises(NotAllowed, match="second person"):
        approve(proposal, lena, now=proposal.proposed_at + ALONE_AFTER)
    approve(proposal, nora)


def test_the_whole_case_is_refused_by_two(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = asking(Right.ERASURE, Right.ACCESS)
    proposal = deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    assert proposal and not Letter.objects.exists()
    with pytest.raises(StaleState, match="second person"):
        refuse(case, lena)
    approve(proposal, nora)
    case.refresh_from_db()
    assert case.state == State.REFUSED and Letter.objects.get().kind == "refusal"
    assert set(case.items.values_list("outcome", flat=True)) == {"refused"}


@pytest.mark.parametrize("why", ["minor", "sensitive"])
def test_sensitive_data_and_a_childs_case_need_two(
    asking: Asking, shop: Shop, lena: User, nora: User, why: str
) -> None:
    case = asking(Right.RESTRICTION, identity_level="V4", priority=9 if why == "minor" else 0)
    if why == "sensitive":
        set_sensitivity(subject_request=case, sensitivity=why, actor=Actor.staff(lena.pk), now=clock.now())
    found = answering.answer_item(
        item=case.items.get(),
        decision=Decision("fulfilled", systems={"shop": "done"}),
        actor=Actor.staff(lena.pk),
        now=clock.now(),
    )
    assert isinstance(found, Proposal) and found.reasons == [why]
    assert case.items.get().outcome == ""
    approve(found, nora)
    assert case.items.get().outcome == "fulfilled"


def test_ordinary_data_of_a_grown_up_need_one(asking: Asking, shop: Shop, lena: User) -> None:
    case, actor = asking(Right.RESTRICTION), Actor.staff(lena.pk)
    decision = Decision("fulfilled", systems={"shop": "done"})
    assert answering.answer_item(item=case.items.get(), decision=decision, actor=actor, now=clock.now()) is None
    assert case.items.get().outcome == "fulfilled"


# --- What makes a proposal void ----------------------------------------------------------------------


def test_a_request_that_changed_meanwhile_makes_it_void(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = asking(Right.QUESTION, Right.ERASURE)
    RequestItem.objects.filter(right=Right.QUESTION).delete()
    proposal = deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    assert proposal
    RequestItem.objects.create(subject_request=case, right=Right.ACCESS)
    with pytest.raises(StaleState, match="changed since"):
        approve(proposal, nora)
    assert case.items.filter(decided_at=None).count() == 2
    send_back(proposal=proposal, actor=Actor.staff(nora.pk), now=clock.now())
    with pytest.raises(StaleState):
        send_back(proposal=proposal, actor=Actor.staff(nora.pk), now=clock.now())


def test_a_withdrawn_case_takes_its_proposals_along(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = asking(Right.ERASURE)
    proposal = refuse(case, lena)
    withdraw_subject_request(subject_request=case, actor=ANONYMOUS, now=clock.now())
    with pytest.raises(StaleState):
        approve(proposal, nora)
    proposal.refresh_from_db()
    assert proposal.state == "discarded"


def test_while_one_waits_nothing_else_is_decided(asking: Asking, shop: Shop, lena: User, nora: User) -> None:
    case = asking(Right.ERASURE)
    refuse(case, lena)
    with pytest.raises(StaleState, match="waits for a second person"):
        refuse(case, nora)
    with pytest.raises(DomainError, match="waits for a second person"):
        planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    assert Proposal.objects.count() == 1


def test_a_question_is_converted_although_another_right_waits(
    asking: Asking, shop: Shop, lena: User, nora: User
) -> None:
    case = asking(Right.QUESTION, Right.ERASURE)
    proposal = refuse(case, lena)
    convert_question(
        item=case.items.get(right=Right.QUESTION), rights=["access"], actor=Actor.staff(lena.pk), now=clock.now()
    )
    approve(proposal, nora)
    assert case.items.get(right=Right.ERASURE).outcome == "refused"


# --- Pages -------------------------------------------------------------------------------------------


def test_the_three_steps_and_the_second_person_in_the_console(
    asking: Asking, shop: Shop, lena: User, nora: User
) -> None:
    case = asking(Right.ACCESS)
    path = f"/console/dsr/subjectrequest/decide/{case.items.get().pk}/"
    client = signed_in(lena)
    assert "Art. 12(5)(b) GDPR" in client.get(path).content.decode()
    answer = client.post(path, {"step": "ground", "outcome": "refused"})
    assert answer.status_code == 400 and "Choose the ground" in answer.content.decode()
    first = {"outcome": "refused", "ground": "unfounded"}
    page = client.post(path, {"step": "ground", **first}).content.decode()
    assert 'type="hidden" name="ground" value="unfounded"' in page and "It is for us to show that" in page
    answer = client.post(path, {"step": "evidence", **first, "words": WORDS})
    assert answer.status_code == 400 and "where the proof" in answer.content.decode()
    second = {**first, "words": WORDS, "evidence": "file 7"}
    page = client.post(path, {"step": "evidence", **second}).content.decode()
    assert "SEE WHAT YOU HAVE ABOUT ME" in page and WORDS in page and "A second person approves" in page
    assert not Proposal.objects.exists()
    client.post(path, {"step": "letter", **second})
    proposal = Proposal.objects.get()
    home = client.get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()
    assert f"/proposal/{proposal.pk}/" in home and "You proposed it" in home
    waiting = f"/console/dsr/subjectrequest/proposal/{proposal.pk}/"
    assert "Approve this decision" not in client.get(waiting).content.decode()
    other = signed_in(nora)
    page = other.get(waiting).content.decode()
    assert "Approve this decision" in page and proposal.digest in page and "file 7" in page
    assert AuditEvent.objects.filter(type="dsr.proposal_read").count() == 2
    other.post(waiting, {"decision": "approve", "digest": proposal.digest})
    assert case.items.get().outcome == "refused"


def test_registers_list_codes_and_nobody(asking: Asking, shop: Shop, lena: User, omar: User) -> None:
    refuse(asking(Right.ERASURE), lena)
    asking(Right.COMPLAINT)
    client = signed_in(lena)
    for name, text in (("waiting", "unfounded"), ("complaints", "Complain"), ("refusals", "Nothing here")):
        page = client.get(f"/console/dsr/subjectrequest/registers/{name}/").content.decode()
        assert text in page and "alice" not in page
    assert client.get("/console/dsr/subjectrequest/registers/none/").status_code == 404
    assert client.get("/console/dsr/subjectrequest/registers/waiting/?after=x").status_code == 404
    assert signed_in(omar).get("/console/dsr/subjectrequest/registers/waiting/").status_code == 403


def test_what_single_systems_kept_is_listed_by_ground_page_by_page(
    asking: Asking, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "PAGE", 2)
    copy, erased = asking(Right.ACCESS), asking(Right.ERASURE)
    answer = {"item": copy.items.get(), "answer": "retained", "review_on": dt.date(2031, 5, 1)}
    for system in ("crm", "mail", "disk"):
        SystemAnswer.objects.create(system=system, label=system, ground="rights_of_others", **answer)
    SystemAnswer.objects.create(system="shop", label="shop", **{**answer, "answer": "done"})
    for system, table in (("shop", "order_lines"), ("kept", "dsr.Letter")):
        RetainedSet.objects.create(
            subject_request=erased, position=0, system=system, label=system, table=table, ground="legal_claims", rows=1
        )
    client, url = signed_in(lena), "/console/dsr/subjectrequest/registers/kept/"

    def walk(ground: str) -> list[str]:
        seen, after = [], ""
        while True:
            page = client.get(url, {"ground": ground, "after": after}).context["page"]
            seen += [row.what.partition(": ")[2] for row in page.rows]
            if not (after := page.after):
                return seen

    assert walk("") == ["shop, order lines", "disk", "mail", "crm"]  # the newest first, each once
    assert walk("rights_of_others") == ["disk", "mail", "crm"] and walk("legal_claims") == ["shop, order lines"]
    page = client.get(url, {"ground": "rights_of_others"}).content.decode()
    assert (
        "Art. 15(4)" in page
        and "2031-05-01" in page
        and "Registers" in client.get("/console/dsr/subjectrequest/").content.decode()
    )
    assert client.get(url, {"ground": "none"}).status_code == 404


def test_extensions_are_a_register_with_the_new_day(asking: Asking, shop: Shop, lena: User) -> None:
    case = asking(Right.ACCESS, due_on=dt.date(2031, 5, 1))
    HistoryRow.objects.create(subject_request_id=case.pk, kind="extended", actor_kind="staff", at=clock.now())
    page = signed_in(lena).get("/console/dsr/subjectrequest/registers/extensions/").content.decode()
    assert case.reference in page and "2031-05-01" in page
