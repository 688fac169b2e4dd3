"""Two people under one address in the CRM: somebody says whose each record is, and the whole case goes by it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from accounts.models import User
from dsr.models import ErasurePlan, RecordRuling, Step, SubjectRequest
from dsr.services.planning import person_of_case
from dsr.states import State
from dsr.tests.doors import filed_and_confirmed, mails
from privacy.audit.models import AuditEvent
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.connectors.vtiger.tests.fake.people import DANA
from privacy.pages.tests.test_crm_case import collected, crm
from privacy.personal_data.contract import handlers
from privacy.testing.cast import signed_in

__all__ = ["crm"]
pytestmark = pytest.mark.django_db
CASES = "/console/dsr/subjectrequest/"


def say(client: Client, door: str, key: str, whose: str, table: str = "Contacts") -> str:
    about = {"system": "crm", "table": table, "key": key, "whose": whose}
    return client.post(door, about, follow=True).content.decode()


@pytest.fixture
def stranger(crm: Crm) -> str:
    """Somebody else who signed up with the address of the person."""
    key = crm.store.add("Contacts", firstname="Dana", lastname="Other", email=DANA, phone="+49 40 1")
    crm.store.add("HelpDesk", ticket_title="Of the other one", description="secret", contact_id=key)
    return key


@pytest.fixture
def case(stranger: str) -> SubjectRequest:
    found, _ = filed_and_confirmed(Client(), DANA)
    assert isinstance(found, SubjectRequest)
    return found


def payloads(kind: str) -> list[Any]:
    return [json.loads(text) for text in AuditEvent.objects.filter(type=kind).values_list("payload", flat=True)]


def record_of(crm: Crm, module: str) -> str:
    """Dana's own: a contact has a birthday, a lead a company."""
    mark = {"Contacts": "birthday", "Leads": "company"}[module]
    rows = crm.store.rows.items()
    return next(
        key for key, row in rows if row.get("lastname") == "Demo" and row.get("email") == DANA and row.get(mark)
    )


@pytest.mark.promise(76)
def test_what_a_human_said_of_each_record_is_frozen_and_obeyed(
    crm: Crm, stranger: str, case: SubjectRequest, lena: User, nora: User, tmp_path: Path
) -> None:
    door, preview = f"{CASES}{case.pk}/whose/", f"{CASES}{case.pk}/preview/"
    legal, second = signed_in(lena), signed_in(nora)
    assert door in legal.get(preview).content.decode()
    page = legal.get(door).content.decode()
    assert "Other" in page and "Lindenweg 4" in page and page.count("Nobody has said yet") == 3
    assert payloads("dsr.records_compared")[0]["records"] == 3

    with pytest.raises(CommandError):  # nothing leaves while nobody knows whose it is
        collected(tmp_path / "early.zip")
    say(legal, door, record_of(crm, "Contacts"), "theirs")
    say(legal, door, record_of(crm, "Leads"), "theirs", "Leads")
    legal.post(preview)
    assert not ErasurePlan.objects.exists()  # one of them nobody has spoken about
    page = say(legal, door, stranger, "another")
    assert page.count("The same person</span>") == 2 and page.count("Somebody else</span>") == 1
    said = payloads("dsr.record_ruled")
    assert sorted(each["is_theirs"] for each in said) == [False, True, True] and "Other" not in str(said)

    copy = [record.row for record in handlers.get("crm").export(person_of_case(case))]
    assert "Lindenweg 4" in str(copy) and "Other" not in str(copy) and "Of the other one" not in str(copy)
    legal.post(preview)
    plan = ErasurePlan.objects.get()
    look = second.get(f"{CASES}plan/{plan.pk}/").content.decode()
    assert "somebody else" in look and stranger in look and lena.name in look  # the second look sees it
    assert "frozen or runs" in say(legal, door, stranger, "theirs")
    assert not RecordRuling.objects.get(key=stranger).is_theirs

    second.post(f"{CASES}plan/{plan.pk}/", {"typed": case.reference, "digest": plan.digest})
    mails()
    step = Step.objects.get(handler="crm")
    assert step.answer == "done" and step.verified_at  # asked again, and what is left is not theirs
    assert crm.store.rows[stranger]["email"] == DANA and "secret" in str(crm.store.rows)
    assert "lindenweg" not in str(crm.store.rows).lower()


def test_a_record_that_came_after_the_ruling_is_ruled_on_too(
    crm: Crm, stranger: str, case: SubjectRequest, lena: User, nora: User
) -> None:
    door, preview = f"{CASES}{case.pk}/whose/", f"{CASES}{case.pk}/preview/"
    legal, second = signed_in(lena), signed_in(nora)
    for module, key in (("Contacts", record_of(crm, "Contacts")), ("Leads", record_of(crm, "Leads"))):
        say(legal, door, key, "theirs", module)
    say(legal, door, stranger, "another")
    late = crm.store.add("Contacts", firstname="D.", lastname="Third", email=DANA)
    legal.post(preview)
    assert not ErasurePlan.objects.exists()
    say(legal, door, late, "theirs")
    legal.post(preview)
    plan = ErasurePlan.objects.get()
    after = crm.store.add("Contacts", firstname="D.", lastname="Fourth", email=DANA)  # under the frozen plan
    second.post(f"{CASES}plan/{plan.pk}/", {"typed": case.reference, "digest": plan.digest})
    mails()
    assert SubjectRequest.objects.get(pk=case.pk).state == State.BLOCKED
    assert late not in crm.store.rows and after in crm.store.rows


def test_only_records_that_carry_the_address_can_be_ruled_on_and_only_by_legal(
    crm: Crm, stranger: str, case: SubjectRequest, lena: User, omar: User, mallory: User
) -> None:
    door = f"{CASES}{case.pk}/whose/"
    legal = signed_in(lena)
    boss = next(key for key, row in crm.store.rows.items() if row.get("lastname") == "Demo" and row["email"] != DANA)
    assert "no address of the person" in say(legal, door, boss, "theirs")
    assert "no address of the person" in say(legal, door, stranger, "theirs", "Leads")
    about = {"system": "nowhere", "table": "Contacts", "key": stranger, "whose": "theirs"}
    assert "no such records" in legal.post(door, about, follow=True).content.decode()
    say(legal, door, stranger, "perhaps")
    crm.status = 404
    assert "did not answer" in say(legal, door, stranger, "theirs")
    crm.status = 0
    for user in (omar, mallory):
        assert signed_in(user).get(door).status_code in {302, 403}
        assert signed_in(user).post(door, {**about, "system": "crm"}).status_code in {302, 403}
    assert not RecordRuling.objects.exists()
