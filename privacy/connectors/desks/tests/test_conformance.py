"""A desk passes what every connector must: people with folders of paper stand for the system behind it."""

import contextlib
import copy
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from accounts.selectors import person_of
from privacy.connectors.conformance import NotConforming, check_handler
from privacy.connectors.desks.answering import Given, Line, answer_question
from privacy.connectors.desks.asking import ask_for_case
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.tending import desks
from privacy.connectors.desks.vocabulary import Ask, QuestionState
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data.contract import Handler
from privacy.personal_data.people import CaseInWork
from privacy.policy.selectors import today

pytestmark = pytest.mark.django_db
PROOF = "Every folder was opened, and what went is in the shredder's list."
UNTIL: dict[str, Any] = {"ground": "legal_obligation", "until": today().replace(year=today().year + 5, day=1)}


class PaperWorld:
    """Folders by subject, and people who look into them when time passes."""

    secrets: tuple[str, ...] = ()

    def __init__(self, handler: Handler, people: tuple[User, User, User], staff: tuple[User, User]) -> None:
        self.handler = handler
        self.person, self.other, self.stranger = (person_of(each.subject_id) for each in people)
        self.staff = staff
        self.paper = {
            people[0].subject_id: {"letters": ["invoice of 2018", "thanks"], "contracts": ["contract of 2017"]},
            people[1].subject_id: {"letters": ["complaint"], "contracts": []},
        }
        self.shreds = True
        for number, person in enumerate((self.person, self.other, self.stranger)):
            self.ask(person, number)
        self.let_time_pass()

    def ask(self, person: Any, number: int) -> None:

        case = CaseInWork(UUID(int=number + 1), f"R-{number}", person, today(), wants_contents=True)
        ask_for_case(desks()[0], case, Ask.EXPORT, now=clock.now())

    def let_time_pass(self) -> None:
        for row in DeskQuestion.objects.filter(state=QuestionState.OPEN):
            owner, deputy = self.staff
            by = deputy if row.ask == Ask.VERIFY else owner
            given = {Ask.EXPORT: self.copy, Ask.ERASE: self.shred, Ask.VERIFY: self.look}[Ask(row.ask)](row)
            actor = Actor.staff(by.pk)
            answer_question(question=row, spec=desks()[0], given=given, actor=actor, now=clock.now())

    def folders(self, row: DeskQuestion) -> dict[str, list[str]]:
        return self.paper.get(row.subject_id or UUID(int=0), {"letters": [], "contracts": []})

    def copy(self, row: DeskQuestion) -> Given:
        found = self.folders(row)
        lines = {"contracts": Line(kept=len(found["contracts"]), **UNTIL)} if found["contracts"] else {}
        return Given(PROOF, lines, {name: [{"description": each} for each in rows] for name, rows in found.items()})

    def shred(self, row: DeskQuestion) -> Given:
        letters = len(self.folders(row)["letters"])
        if self.shreds:
            self.folders(row)["letters"] = []
        return Given(PROOF, {"letters": Line(removed=letters)})

    def look(self, row: DeskQuestion) -> Given:
        return Given(PROOF, {"letters": Line(found=len(self.folders(row)["letters"])), "contracts": Line(found=0)})

    def state(self) -> Any:
        return copy.deepcopy(self.paper), DeskQuestion.objects.count()

    def state_of_others(self) -> Any:
        return copy.deepcopy(self.paper[self.other.subject_ids[0]])

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        self.ask(self.person, 10)
        yield
        DeskQuestion.objects.filter(reference="R-10").delete()


@pytest.fixture
def world(archive: Handler, alice: User, bob: User, mallory: User, paula: User, piet: User) -> PaperWorld:
    return PaperWorld(archive, (alice, bob, mallory), (paula, piet))


def test_a_desk_conforms(world: PaperWorld) -> None:
    check_handler(world)


def test_people_who_say_done_and_did_nothing_are_found_out(world: PaperWorld) -> None:
    world.shreds = False
    with pytest.raises(NotConforming, match="nothing is left"):
        check_handler(world)
