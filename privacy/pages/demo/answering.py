"""How the demo's staff answers every right but an erasure, through the same services as the console."""

from collections.abc import Iterator

from dsr.decisions.services import open_proposals
from dsr.letters.pdf import Printed, letter_pdf
from dsr.models import RequestItem, SubjectRequest
from dsr.notices.tasks import blocking_tasks, tend_tasks
from dsr.outcomes import BY_PACKAGE, BY_SYSTEMS, Decision
from dsr.services.answering import answer_item, build_case_package, send_answer
from dsr.services.approving import approve_decision
from dsr.services.consequences import answer_consequence, open_question
from dsr.services.releasing import package_of
from dsr.states import Right
from privacy.kernel import clock
from privacy.kernel.actors import Actor, ActorKind
from privacy.pages.demo.acting import by, do_tasks, wait_for
from privacy.pages.demo.cast import LENA, NORA
from privacy.personal_data.models import PackageState
from privacy.policy.selectors import today
from privacy.registers.safeguards.selectors import documents_in_force, transfers
from privacy.registers.safeguards.services import add_document

WORDS = "Played by the demo: we looked at every place where this could be, and answered it."
USE = "usage_analytics"  # what an objection in the demo is about


def answer_right(case: SubjectRequest, right: Right) -> Iterator[str]:
    """From the queue to the letter; what still has to be erased is left to whoever tells on."""
    if right in BY_PACKAGE:
        yield from _build(case, right)
    if right in BY_SYSTEMS:
        tend_tasks(now=clock.now())
        yield from do_tasks(case)
    item = RequestItem.objects.get(subject_request=case, right=right)
    outcome = "upheld" if right is Right.COMPLAINT else "fulfilled"
    review = "confirmed" if right is Right.AUTOMATED_DECISION else ""
    purposes = (USE,) if right is Right.OBJECTION else ()
    decision = Decision(outcome, words=WORDS, review=review, purposes=purposes)
    answer_item(item=item, decision=decision, actor=by(LENA), now=clock.now())
    yield f"{LENA.name} decided it."
    if question := open_question(case):
        visitor = Actor(ActorKind.SUBJECT, case.subject_id, via="link")
        answer_consequence(question=question, is_confirmed=True, actor=visitor, now=clock.now())
        yield "The visitor read what follows from it, and confirmed it."
    for proposal in open_proposals(case):
        approve_decision(proposal=proposal, digest=proposal.digest, actor=by(NORA), now=clock.now())
        yield f"{NORA.name} approved exactly that."
    if case.items.filter(decided_at=None).exists() or blocking_tasks(case).exists():
        return
    send_answer(subject_request=case, actor=by(LENA), now=clock.now())
    yield f"{LENA.name} sent the answer."


def _build(case: SubjectRequest, right: Right) -> Iterator[str]:
    if right is Right.SAFEGUARDS_COPY and not documents_in_force():
        words = "The clauses that protect data abroad. Played by the demo: no real document."
        page = letter_pdf(Printed(words, "en", "demo", "", "", today()))
        add_document(
            title="Clauses that protect data abroad",
            version="demo",
            codes=sorted(transfers()),
            in_force_on=today(),
            data=page,
            name="clauses.pdf",
            actor=by(LENA),
            now=clock.now(),
            is_demo=True,
        )
        yield f"{LENA.name} took the clauses into the register."
    build_case_package(subject_request=case, actor=by(LENA), now=clock.now())
    wait_for(lambda: _is_ready(case), "The package did not come")
    package = package_of(case.pk)
    yield f"The package is ready: {package.rows if package else 0} rows, looked through for what belongs to others."


def _is_ready(case: SubjectRequest) -> bool:
    package = package_of(case.pk)
    return package is not None and package.state == PackageState.READY
