"""The CRM end to end over both doors: found, shown, erased as far as its interface goes, and what stays said."""

import contextlib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from privacy.connectors.conformance import check_handler
from privacy.connectors.kinds import Connection
from privacy.connectors.tests.serving import Call, Reply, serving
from privacy.connectors.vtiger.crm import Crm as CrmClient
from privacy.connectors.vtiger.handler import VtigerHandler
from privacy.connectors.vtiger.kind import Vtiger
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.connectors.vtiger.tests.fake.people import DANA, ERIK, fill
from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, HandlerPlan, HandlerUnavailable, Identity, Person, Treatment

pytestmark = pytest.mark.django_db  # the pace of a service stands in the database


def named(*emails: str) -> Person:
    return Person((), tuple(Identity("email", email) for email in emails))


class CrmWorld:
    """The fake CRM as a world of the conformance checks."""

    person, other, stranger = named(DANA), named(ERIK), named("nobody@example.com")

    def __init__(self, crm: Crm, base: str) -> None:
        self.crm, self.people = crm, fill(crm.store)
        url = f"{base}/restapi/v1/vtiger/default" if crm.is_cloud else base
        options = {"url": url, "user": crm.user, "inside": "yes", "calls_a_second": "1000"}
        options |= {"restriction_field": "cf_restricted"}
        self.connection = Connection("crm", "CRM", {**options, "cloud": str(crm.is_cloud)}, {"access_key": crm.key})
        self.handler: VtigerHandler = Vtiger().handler(self.connection)
        self.secrets: tuple[str, ...] = (crm.key,)

    def state(self) -> Any:
        return deepcopy((self.crm.store.rows, self.crm.store.bin))

    def state_of_others(self) -> Any:
        kept = ("boss", "company")
        return deepcopy({name: self.crm.store.rows[self.people[name]] for name in kept})

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        self.crm.status = 404
        try:
            yield
        finally:
            self.crm.status = 0

    def text(self) -> str:
        return str(self.crm.store.rows).lower()


@pytest.fixture(params=[False, True], ids=["on premises", "cloud"])
def world(request: pytest.FixtureRequest) -> Iterator[CrmWorld]:
    crm = Crm(is_cloud=request.param)
    with serving(crm) as base:
        yield CrmWorld(crm, base)


@pytest.fixture
def on_premises() -> Iterator[CrmWorld]:
    crm = Crm()
    with serving(crm) as base:
        yield CrmWorld(crm, base)


def erase(world: CrmWorld, plan: HandlerPlan, *, stop_after: int = 99) -> None:
    for number, table in enumerate(plan.tables):
        if number < stop_after:
            world.handler.apply_chunk(Chunk(table, table.keys, f"k{number}", 1))


def plan_of(world: CrmWorld, action: Action = Action.ERASE, person: Person | None = None) -> HandlerPlan:
    return world.handler.plan(person or world.person, action, now=clock.now())


def test_it_conforms(world: CrmWorld) -> None:
    check_handler(world)


def test_what_is_found_is_shown_without_staff_and_other_people(world: CrmWorld) -> None:
    found = {each.table: each.rows for each in world.handler.find(world.person) if each.rows}
    children = ("HelpDesk", "Events", "Documents", "Emails", "PBXManager", "ModComments")
    assert found == dict.fromkeys(("Contacts", "Leads", *children), 1)
    text = str([record.row for record in world.handler.export(world.person)])
    assert "Lindenweg 4" in text and "It works again" in text
    for hidden in ("Difficult customer", "19x1", world.people["boss"], "Erik"):
        assert hidden not in text


def test_an_erasure_overwrites_deletes_and_says_what_stays(world: CrmWorld) -> None:
    plan = plan_of(world)
    assert [table.table for table in plan.tables][-2:] == ["Leads", "Contacts"]
    erase(world, plan)
    assert "dana" not in world.text() and "lindenweg" not in world.text()
    store = world.crm.store
    dana = store.bin[world.people["dana"]]
    assert dana["lastname"] == "Erased" and not dana["email"] and "Dana" not in str(store.bin)
    assert any("Lindenweg" in old for _, _, old in store.modtracker)  # what no interface can delete …
    said = {residual.table: residual for residual in plan.residuals}
    assert said["vtiger_modtracker_detail"].rows and "Empty Recycle Bin" in said["recycle bin"].who  # … is said
    assert world.handler.verify(world.person, plan) == []


def test_a_ticket_that_came_after_the_approval_is_found(world: CrmWorld) -> None:
    plan = plan_of(world)
    late = world.crm.store.add("HelpDesk", ticket_title="New", contact_id=world.people["dana"], ticketstatus="Open")
    erase(world, plan)
    [left] = world.handler.verify(world.person, plan)
    assert (left.table, left.rows, left.who) == (
        "HelpDesk",
        1,
        "supplementary approval",
    ) and late in world.crm.store.rows


def test_killed_between_overwriting_and_deleting_it_is_finished_later(world: CrmWorld) -> None:
    plan = plan_of(world)
    contacts = plan.tables[-1]
    world.crm.store.revise({"id": world.people["dana"], "lastname": "Erased", "email": ""})
    result = world.handler.apply_chunk(Chunk(contacts, contacts.keys, "k", 2))
    assert (result.removed, result.already_done) == (1, 0)
    again = world.handler.apply_chunk(Chunk(contacts, contacts.keys, "k", 3))
    assert (again.removed, again.already_done) == (0, 1)


def test_a_user_who_lost_a_right_makes_nothing_count_as_gone(world: CrmWorld) -> None:
    plan = plan_of(world)
    world.crm.store.disabled.add("Contacts")
    contacts = plan.tables[-1]
    for ask in (
        lambda: world.handler.apply_chunk(Chunk(contacts, contacts.keys, "k", 1)),
        lambda: world.handler.verify(world.person, plan),
    ):
        with pytest.raises(HandlerUnavailable, match="may not see Contacts"):
            ask()


def test_more_than_a_hundred_tickets_are_all_found(world: CrmWorld) -> None:
    for number in range(230):
        world.crm.store.add("HelpDesk", ticket_title=f"T{number}", contact_id=world.people["dana"], ticketstatus="Open")
    assert {each.table: each.rows for each in world.handler.find(world.person)}["HelpDesk"] == 231


def test_two_records_with_one_address_are_looked_at_by_a_person(world: CrmWorld) -> None:
    world.crm.store.add("Contacts", firstname="D.", lastname="demo", secondaryemail=DANA.upper())
    plan = plan_of(world)
    assert not plan.problems and "2 records of Contacts" in plan.tables[-1].note
    world.crm.store.add("Contacts", firstname="Dana", lastname="Other", email=DANA)
    [problem] = plan_of(world).problems
    assert "different last names" in problem and "Other" not in problem


def test_a_company_keeps_its_row_and_loses_the_address(world: CrmWorld) -> None:
    company = world.crm.store.rows[world.people["company"]]
    company.update(email2=DANA)
    plan = plan_of(world)
    table = plan.tables[-1]
    assert (table.table, table.treatment, table.fields) == ("Accounts", Treatment.ANONYMIZE, ("email2",))
    erase(world, plan)
    assert company["email2"] == "" and company["email1"] == "office@demo.example.com"
    assert world.handler.verify(world.person, plan) == []


@pytest.mark.parametrize(("action", "field"), [(Action.OPT_OUT, "emailoptout"), (Action.RESTRICT, "cf_restricted")])
def test_an_opt_out_and_a_restriction_are_marked_once(world: CrmWorld, action: Action, field: str) -> None:
    plan = plan_of(world, action)
    assert {table.table for table in plan.tables} == {"Contacts", "Leads"}
    results = [
        world.handler.apply_chunk(Chunk(table, table.keys, "k", fence)) for fence in (1, 2) for table in plan.tables
    ]
    assert [each.anonymized for each in results] == [1, 1, 0, 0] and [each.already_done for each in results] == [
        0,
        0,
        1,
        1,
    ]
    assert world.crm.store.rows[world.people["dana"]][field] == "1"


def test_without_a_mark_of_its_own_a_restriction_is_not_offered(on_premises: CrmWorld) -> None:
    options = {**on_premises.connection.options, "restriction_field": ""}
    bare = Vtiger().handler(Connection("crm", "CRM", options, on_premises.connection.secrets))
    assert "no mark" in bare.plan(on_premises.person, Action.RESTRICT, now=clock.now()).not_offered


def test_a_correction_reaches_the_record(world: CrmWorld) -> None:
    table = next(each for each in plan_of(world, Action.RECTIFY).tables if each.table == "Contacts")
    chunk = Chunk(table, table.keys, "k", 1, values={"phone": "+49 30 1"})
    assert world.handler.apply_chunk(chunk).anonymized == 1 and world.handler.apply_chunk(chunk).already_done == 1
    assert world.crm.store.rows[world.people["dana"]]["phone"] == "+49 30 1"


def test_a_session_that_ends_is_opened_again(on_premises: CrmWorld) -> None:
    crm = on_premises.handler._open()
    assert crm.count("Contacts") == 2
    on_premises.crm.passing(90_000)
    assert crm.count("Contacts") == 2 and on_premises.crm.calls.count("login") == 2


@pytest.mark.parametrize("body", [b"[]", b'{"success": "yes"}', b"<html>", b'{"success": true, "result": "x"}'])
def test_an_answer_that_is_no_crms_makes_it_unavailable(body: bytes) -> None:
    def service(_: Call) -> Reply:
        return 200, {}, body

    with serving(service) as base:
        connection = Connection("crm", "CRM", {"url": base, "user": "u", "inside": "yes"}, {"access_key": "k"})
        with pytest.raises(HandlerUnavailable):
            Vtiger().handler(connection).find(named(DANA))


def test_a_backslash_never_reaches_the_database_behind_it(world: CrmWorld) -> None:
    with pytest.raises(HandlerUnavailable, match="cannot be asked for") as silence:
        world.handler.find(named("a\\b@example.com"))
    assert "a\\b" not in str(silence.value)
    assert not any(each.rows for each in world.handler.find(named("o'brien@example.com")))


def bad_checks(world: CrmWorld) -> str:
    return " ".join(check.says for check in Vtiger().self_test(world.connection) if not check.is_good)


def test_the_self_test_names_what_the_user_may_not_see(world: CrmWorld) -> None:
    store = world.crm.store
    assert bad_checks(world) == ""
    del store.rows[world.people["boss"]]
    store.disabled.update({"Events", "Documents"})
    assert bad_checks(world) == "Not shown to the API's user: Events, Documents. Give its role these modules."
    store.disabled.clear()
    world.crm.counts_hidden = True
    store.hidden.add(world.people["lead"])
    assert "Give the API's user the right to all records" in bad_checks(world)


def test_a_wrong_key_is_said_without_the_key(world: CrmWorld) -> None:
    world.crm.key = "another"
    with pytest.raises(HandlerUnavailable, match="refuses the user or the access key") as silence:
        Vtiger().self_test(world.connection)
    assert "accessKey123" not in str(silence.value)


def test_a_record_of_somebody_else_that_it_sends_is_nobodys(world: CrmWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CRM that ignores the condition and answers with everybody's records."""
    honest = {each.table: each.rows for each in world.handler.find(world.person)}
    plain = CrmClient.query
    monkeypatch.setattr(CrmClient, "query", lambda crm, module, _where: plain(crm, module, "id != ''"))
    lying = {each.table: each.rows for each in world.handler.find(world.person)}
    assert lying["Contacts"] == honest["Contacts"] and lying["Leads"] == honest["Leads"]
    assert "Erik" not in str([record.row for record in world.handler.export(world.person)])
