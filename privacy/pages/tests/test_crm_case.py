"""The CRM through the doors that people use: two people under one address wait for a human, then the package, the
preview, the second person, the letter with what stays, and a new look that proves it."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from dsr.models import ErasurePlan, Letter, ReceiptRow, RequestItem, Step, SubjectRequest
from dsr.notices.answering import answer_task
from dsr.notices.models import Task
from dsr.states import State
from dsr.tests.doors import filed_and_confirmed, mails
from privacy.connectors.tests.serving import serving
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.connectors.vtiger.tests.fake.people import DANA, fill
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data import guards
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
NOTE = "Done by the operator; the ticket of today has the log."


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crm]:
    """The fake CRM, connected."""
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})
    made = Crm()
    fill(made.store)
    with serving(made) as base:
        file = tmp_path / "systems.yaml"
        entry = {"key": "crm", "kind": "vtiger", "label": "The CRM", "url": base, "user": made.user}
        secret = {"access_key": made.key, "inside": "true", "calls_a_second": 1000}
        file.write_text(json.dumps({"systems": [{**entry, **secret}]}))
        call_command("connect", str(file), stdout=io.StringIO())
        yield made


def collected(out: Path) -> dict[str, list[dict[str, str]]]:
    call_command("collect", DANA, out=str(out), reason="a look", stdout=io.StringIO())
    with zipfile.ZipFile(out) as package:
        names = [name for name in package.namelist() if name.startswith("data/crm/") and name.endswith(".json")]
        return {Path(name).stem: json.loads(package.read(name)) for name in names}


@pytest.mark.promise(76)
def test_from_two_people_under_one_address_to_the_proof(crm: Crm, tmp_path: Path, lena: User, nora: User) -> None:
    stranger = crm.store.add("Contacts", firstname="Dana", lastname="Other", email=DANA, phone="+49 40 1")
    case, _ = filed_and_confirmed(Client(), DANA)
    preview = f"/console/dsr/subjectrequest/{case.pk}/preview/"
    legal, second = signed_in(lena), signed_in(nora)
    page = legal.get(preview).content.decode()
    assert "under different last names" in page and "Other" not in page
    legal.post(preview)
    assert not ErasurePlan.objects.exists()  # nobody guesses whose it is
    crm.store.rows[stranger]["email"] = "dana.other@example.com"  # the CRM's owner knew it

    rows = collected(tmp_path / "package.zip")
    assert {name.lower() for name, found in rows.items() if found} >= {"contacts", "leads", "helpdesk", "emails"}
    assert "Lindenweg 4" in str(rows) and "Other" not in str(rows) and "Difficult customer" not in str(rows)

    legal.post(preview)
    plan = ErasurePlan.objects.get()
    agree = {"typed": case.reference, "digest": plan.digest}
    second.post(f"/console/dsr/subjectrequest/plan/{plan.pk}/", agree)
    mails()
    case = SubjectRequest.objects.get(pk=case.pk)
    step = Step.objects.get(handler="crm")
    assert (case.state, step.answer) == (State.BLOCKED, "done") and step.verified_at and step.removed == 9
    assert "dana.demo" not in str(crm.store.rows).lower() and crm.store.rows[stranger]["phone"] == "+49 40 1"
    for task in Task.objects.all():  # what its interface cannot reach; `test_crm_residuals` walks that way
        answer_task(task=task, answer="done", note=NOTE, actor=Actor.staff(lena.pk), now=clock.now())
    mails()
    case = SubjectRequest.objects.get(pk=case.pk)
    assert (case.state, RequestItem.objects.get().outcome) == (State.CLOSED, "fulfilled")
    assert "The CRM" in Letter.objects.get(subject_request=case, kind="answer").text
    assert any(line["handler"] == "crm" for line in json.loads(ReceiptRow.objects.get().body)["steps"])
    assert not any(collected(tmp_path / "after.zip").values())
