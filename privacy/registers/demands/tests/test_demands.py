"""A legal demand lets out its scope and nothing else, after two approvals, and its person reads it after the gag."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.selectors import person_of
from dsr.notices.services import recipients_of
from privacy.intake.tests.conftest import Post
from privacy.intake.tests.conftest import post as post  # noqa: PLC0414 - the fixture
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import InvalidInput, NotAllowed, StaleState
from privacy.personal_data.contract import Action, Found, Handler, HandlerUnavailable, Person, Record, handlers
from privacy.personal_data.disposals import disposables
from privacy.personal_data.package import write_package
from privacy.policy.board import ControlState, controls, switched_off
from privacy.policy.selectors import today
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.package import take_package
from privacy.registers.demands.services import approve_demand, carry_out, decline_demand, note_necessity
from privacy.registers.demands.tests.conftest import NOTE, approve
from privacy.registers.models import Disclosure
from privacy.registers.services.recipients import end_recipient

pytestmark = pytest.mark.django_db
File = Callable[..., LegalDemand]


def answer(code: str) -> ControlState:
    [found] = [each for each in controls() if each.code == code]
    return found.answer().state


def carry(row: LegalDemand, user: User) -> Disclosure:
    row.refresh_from_db()
    return carry_out(demand_id=row.pk, version=row.version, actor=Actor.staff(user.pk), now=clock.now())


def lines(row: LegalDemand, user: User) -> list[dict[str, Any]]:
    with take_package(demand_id=row.pk, actor=Actor.staff(user.pk), now=clock.now()) as out:
        return [json.loads(line) for line in out]


def told(user: User) -> tuple[list[Any], list[Any]]:
    """What the copy of Article 15 says: of disclosures, and the rows of demands."""
    out = io.BytesIO()
    write_package(person_of(user.subject_id), out, now=clock.now())
    package = zipfile.ZipFile(out)
    passed = json.loads(package.read("information.json"))["disclosures"]
    rows = [name for name in package.namelist() if "LegalDemand" in name or "registers.Disclosure" in name]
    found = [
        row for name in rows if name.endswith(".json") and name.startswith("data/") for row in _rows(package, name)
    ]
    return passed, found


def _rows(package: zipfile.ZipFile, name: str) -> list[Any]:
    content = json.loads(package.read(name))
    return list(content["rows"] if isinstance(content, dict) else content)


@pytest.mark.promise(44)
def test_nothing_goes_out_before_two_other_people_approved(file: File, rita: User, sven: User, tara: User) -> None:
    row = file()
    with pytest.raises(NotAllowed, match="not who filed it"):
        approve(row, rita)
    for approver in (None, sven, tara):
        if approver:
            with pytest.raises(StaleState):
                carry(row, rita)
            with pytest.raises(StaleState):
                lines(row, rita)
            approve(row, approver)
        if approver is sven:
            with pytest.raises(NotAllowed, match="nobody twice"):
                approve(row, sven)
    with pytest.raises(StaleState):
        lines(row, rita)  # two approvals, and not in the ledger yet
    disclosure = carry(row, rita)
    assert (disclosure.recipient, disclosure.purpose, disclosure.basis) == (
        "court",
        "legal_obligation",
        "legal_obligation",
    )
    with pytest.raises(StaleState):
        carry(row, sven)
    assert Disclosure.objects.count() == 1 and len(lines(row, rita)) > 1
    assert answer("demands.two_approvals") is ControlState.GREEN


def test_switched_off_one_is_enough_and_the_control_is_red(file: File, rita: User, sven: User) -> None:
    row = file()
    with switched_off("demands.two_approvals"):
        approve(row, sven)
    carry(row, rita)
    assert answer("demands.two_approvals") is ControlState.RED


@pytest.mark.promise(44)
def test_a_key_alone_lets_nothing_out_to_an_authority(file: File, post: Post) -> None:
    body = {"subject": {"email": "alice@example.com"}, "recipient": "court", "categories": ["identification"]}
    for purpose in ("legal_claims", "legal_obligation"):
        refused = post("/api/v1/disclosures", {**body, "purpose": purpose}, status=403)
        assert refused["code"] == "needs_legal_demand"
    assert not Disclosure.objects.exists()


@pytest.mark.promise(44)
def test_the_person_reads_it_after_the_gag_and_not_before(
    file: File, alice: User, rita: User, sven: User, tara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = today() + dt.timedelta(days=30)
    row = approve(file(gag_until=last), sven, tara)
    carry(row, rita)
    assert answer("demands.gag") is ControlState.GREEN
    person = Person((alice.subject_id,))
    for days, is_told in ((0, False), (30, False), (31, True)):
        at = dt.datetime.combine(last + dt.timedelta(days=days - 30), dt.time(12), dt.UTC)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        passed, found = told(alice)
        assert (len(passed), len(found)) == ((1, 2) if is_told else (0, 0))
        for key in ("registers.Disclosure", "demands.LegalDemand"):
            handler = handlers.get(key)
            assert handler.find(person)[0].rows == int(is_told)
            assert bool(handler.plan(person, Action.ERASE, now=clock.now()).tables) == is_told
        assert ("court" in recipients_of(person)) == is_told
    [mine] = [each for each in found if "instrument" in each]
    assert mine["instrument"] == "Order 7 Gs 12/26" and "necessity" not in mine and "filed_by" not in mine


def test_switched_off_the_gag_tells_at_once(file: File, alice: User, rita: User, sven: User, tara: User) -> None:
    carry(approve(file(gag_until=today()), sven, tara), rita)
    assert told(alice) == ([], [])
    with switched_off("demands.gag"):
        assert len(told(alice)[0]) == 1


@pytest.mark.promise(44)
def test_without_a_gag_it_is_shown_at_once(file: File, alice: User, rita: User, sven: User, tara: User) -> None:
    row = file()
    assert told(alice) == ([], [])  # nothing went out yet
    carry(approve(row, sven, tara), rita)
    passed, _ = told(alice)
    assert passed[0]["recipient"] == "Court Ltd (Ireland)"


class Desk(Handler):
    """An outside system with conversations, and one that may be down."""

    key, system, label, is_transactional = "desk", "desk", "Desk", False
    is_down = False

    def find(self, person: Person) -> list[Found]:
        return [Found("talks", 1)]

    def export(self, person: Person) -> Any:
        yield Record("talks", "support", {"text": "I forgot my password"})
        if self.is_down:
            raise HandlerUnavailable("down")
        yield Record("seats", "account", {"seats": 3})

    def plan(self, *args: Any, **options: Any) -> Any:
        raise HandlerUnavailable("down")

    apply_chunk = verify = plan


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    outside = Desk()
    monkeypatch.setattr(handlers, "_sources", [lambda: [outside]])
    return outside


@pytest.mark.promise(45)
@pytest.mark.parametrize("ground", ["legal_process", "protect_rights", "protect_safety"])
def test_nobody_approves_without_a_note_of_necessity(
    ground: str, file: File, rita: User, sven: User, tara: User
) -> None:
    row = file(necessity="", ground=ground)
    with pytest.raises(InvalidInput) as caught:
        approve(row, sven)
    assert caught.value.field == "necessity"
    with pytest.raises(InvalidInput):
        note_necessity(demand_id=row.pk, note="because", version=1, actor=Actor.staff(rita.pk), now=clock.now())
    note_necessity(demand_id=row.pk, note=NOTE, version=1, actor=Actor.staff(rita.pk), now=clock.now())
    with pytest.raises(StaleState):  # what was read had no note
        approve_demand(demand_id=row.pk, version=1, actor=Actor.staff(sven.pk), now=clock.now())
    approve(row, sven)
    with pytest.raises(StaleState):  # an approved note is not written over
        note_necessity(demand_id=row.pk, note=NOTE, version=3, actor=Actor.staff(rita.pk), now=clock.now())
    approve(row, tara)
    assert carry(row, rita).purpose == ("legal_obligation" if ground == "legal_process" else "legal_claims")
    assert answer("demands.necessity") is ControlState.GREEN


def test_switched_off_it_goes_out_without_a_note_and_the_control_is_red(file: File, sven: User, tara: User) -> None:
    with switched_off("demands.necessity"):
        approve(file(necessity=""), sven, tara)
    assert answer("demands.necessity") is ControlState.RED


@pytest.mark.promise(45)
def test_only_the_scope_goes_out_and_contents_need_their_own(
    file: File, rita: User, sven: User, tara: User, desk: Desk
) -> None:
    row = approve(file(categories=("account", "identification")), sven, tara)
    assert set(carry(row, rita).categories.split()) == {"account", "identification"}
    head, *rows = lines(row, rita)
    assert head["categories"] == ["account", "identification"]
    assert {each["category"] for each in rows} == {"account", "identification"} and {"seats": 3} in [
        r["row"] for r in rows
    ]
    assert "password" not in json.dumps(rows)
    with pytest.raises(InvalidInput) as caught:
        file(categories=("support",))
    assert caught.value.field == "contents"
    wide = approve(file(categories=("support",), contents="Conversations of May 2026"), sven, tara)
    carry(wide, rita)
    assert [each["row"] for each in lines(wide, rita)[1:]] == [{"text": "I forgot my password"}]
    assert answer("demands.only_the_scope") is ControlState.GREEN
    with switched_off("demands.only_the_scope"):
        assert len(lines(wide, rita)) > 2  # what would go out without it


def test_a_system_that_is_silent_gives_no_half_package(
    file: File, rita: User, sven: User, tara: User, desk: Desk
) -> None:
    row = approve(file(categories=("account",)), sven, tara)
    carry(row, rita)
    desk.is_down = True
    with pytest.raises(StaleState, match="Desk does not answer"):
        lines(row, rita)


def test_what_nobody_may_ask_names_its_field(file: File, mallory: User, rita: User) -> None:
    for change, field in (
        ({"recipient": "nobody"}, "recipient"),
        ({"categories": ()}, "categories"),
        ({"categories": ("billing",)}, "categories"),
        ({"ground": "curiosity"}, "ground"),
        ({"instrument": " "}, "instrument"),
        ({"identifier": "nobody@example.com"}, "identifier"),
        ({"dated_on": today() + dt.timedelta(days=1)}, "dated_on"),
        ({"gag_until": today() - dt.timedelta(days=9)}, "gag_until"),
    ):
        with pytest.raises(InvalidInput) as caught:
            file(**change)
        assert caught.value.field == field
    assert not LegalDemand.objects.exists()
    row = file()
    for actor in (Actor.staff(mallory.pk), OPERATOR):
        with pytest.raises(NotAllowed):
            approve_demand(demand_id=row.pk, version=1, actor=actor, now=clock.now())


def test_declined_it_stays_so_and_an_ended_file_stops_it(
    file: File, rita: User, sven: User, tara: User, court: Any
) -> None:
    row = file()
    decline_demand(demand_id=row.pk, version=1, actor=Actor.staff(sven.pk), now=clock.now())
    with pytest.raises(StaleState):
        approve(row, tara)
    other = approve(file(), sven, tara)
    end_recipient(row=court, actor=OPERATOR, now=clock.now())
    with pytest.raises(InvalidInput):
        carry(other, rita)
    other.refresh_from_db()
    assert other.state == "approved" and not Disclosure.objects.exists()


def test_it_goes_by_time_and_never_before_its_gag_ends(file: File, sven: User) -> None:
    [rule] = [each for each in disposables() if each.code == "legal_demands"]
    for gag in (None, today() + dt.timedelta(days=30)):
        row = file(gag_until=gag)
        decline_demand(demand_id=row.pk, version=1, actor=Actor.staff(sven.pk), now=clock.now())
    assert [each.gag_until for each in rule.candidates()] == [None]
