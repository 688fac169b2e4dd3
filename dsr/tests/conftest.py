"""What the tests of subject requests share: open gates and guards, a case, and an outside system."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.decisions.services import open_proposals
from dsr.models import RequestItem, SubjectRequest
from dsr.services.approving import approve_decision
from privacy.jobs import send_gate
from privacy.jobs.send_gate import GateAnswer
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data import guards
from privacy.personal_data.contract import (
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
    handlers,
)
from privacy.testing.cast import make_user
from privacy.testing.factories import CaseFactory


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: object) -> None:
    settings.KEPT_EVIDENCE = tmp_path
    monkeypatch.setattr(send_gate, "_gates", [lambda message: GateAnswer(allowed=True)])
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})


class Shop(Handler):
    """An outside system in memory that behaves like one: it logs calls, may be down, may grow rows."""

    key, system, label, is_transactional = "shop", "shop", "Shop", False

    def __init__(self) -> None:
        self.rows = {"1": "alice@example.com", "2": "alice@example.com", "3": "bob@example.com"}
        self.is_down = False
        self.calls: list[str] = []

    def _keys(self, person: Person) -> tuple[str, ...]:
        if self.is_down:
            raise HandlerUnavailable("connection refused")
        return tuple(key for key, email in self.rows.items() if email in person.values("email"))

    def find(self, person: Person) -> Sequence[Found]:
        return [Found("orders", len(self._keys(person)))]

    def export(self, person: Person) -> Iterator[Record]:
        yield from (Record("orders", "billing", {"id": key}) for key in self._keys(person))

    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        keys = self._keys(person)
        return HandlerPlan("shop", action, (TablePlan("orders", Treatment.DELETE, keys),) if keys else ())

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        if self.is_down:
            raise HandlerUnavailable("connection refused")
        self.calls.append(chunk.idem_key)
        gone = [key for key in chunk.keys if self.rows.pop(key, None)]
        return ChunkResult(removed=len(gone), already_done=len(chunk.keys) - len(gone))

    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        kept = {key for table in frozen.tables if table.treatment is Treatment.RETAIN for key in table.keys}
        left = set(self._keys(person)) - kept
        return [Residual("orders", "orders", "still there", "owner", len(left))] if left else []


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    outside = Shop()
    monkeypatch.setattr(handlers, "_sources", [lambda: [outside]])
    return outside


@pytest.fixture
def make_case(alice: User) -> Callable[..., SubjectRequest]:
    """A received, identified erasure request of alice."""

    def make(**fields: object) -> SubjectRequest:
        contact = {"name": "Alice", "email": "alice@example.com"}
        return CaseFactory.create(**{"subject": alice.subject, "contact": contact, **fields})

    return make


@pytest.fixture
def asking(make_case: Callable[..., SubjectRequest]) -> Callable[..., SubjectRequest]:
    """A received case of alice that asks for these rights."""

    def make(*rights: str, **fields: object) -> SubjectRequest:
        case = make_case(**fields)
        case.items.all().delete()
        RequestItem.objects.bulk_create(RequestItem(subject_request=case, right=right) for right in rights)
        return case

    return make


def approve_open(case: SubjectRequest) -> None:
    """A second person, who had no part in it, approves whatever waits on a case, and is gone afterwards."""
    email = "second@kept.example"
    second = User.objects.filter(email=email).first() or make_user(email, "approve_erasure", is_staff=True)
    User.objects.filter(pk=second.pk).update(is_active=True)
    for proposal in open_proposals(case):
        actor = Actor.staff(second.pk)
        approve_decision(proposal=proposal, digest=proposal.digest, actor=actor, now=clock.now())
    User.objects.filter(pk=second.pk).update(is_active=False)
    case.refresh_from_db()


@pytest.fixture
def approve_all(nora: User) -> Callable[[SubjectRequest], None]:
    """The second person approves whatever waits on a case."""

    def approve(case: SubjectRequest) -> None:
        for proposal in open_proposals(case):
            actor = Actor.staff(nora.pk)
            approve_decision(proposal=proposal, digest=proposal.digest, actor=actor, now=clock.now())
        case.refresh_from_db()

    return approve
