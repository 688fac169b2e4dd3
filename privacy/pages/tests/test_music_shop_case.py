"""The public sample shop through the doors that people use: collect, a case from the preview to the letter,
and a new look that proves it. In both spellings."""

import io
import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from dsr.models import ErasurePlan, Letter, Step, SubjectRequest
from dsr.states import Answer, State
from dsr.tests.doors import filed_and_confirmed, mails
from privacy.audit.verifying import verify_ledger
from privacy.connectors.tests.conftest import MAPS, guard_that_holds_nothing, pg_music, sqlite_music  # noqa: F401  (fixtures)
from privacy.kernel import clock
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
LUIS = "luisg@embraer.com.br"
AGENT = ("Peacock", "jane@chinookcorp.com", "1111 6 Ave SW", "Sales Support Agent", "T2P 5M5")


@pytest.fixture(params=["sqlite", pytest.param("pg", marks=pytest.mark.pg)])
def url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The connected shop: its URL."""
    found: str = request.getfixturevalue(f"{request.param}_music")
    monkeypatch.setenv("CHINOOK_URL", found)
    call_command("connect", str(MAPS / f"chinook_{request.param}_systems.yml"), stdout=io.StringIO())
    return found


def collected(out: Path) -> tuple[dict[str, int], str]:
    """Rows per table of the package about the customer, and all of its text."""
    call_command("collect", LUIS, out=str(out), reason="a look", stdout=io.StringIO())
    with zipfile.ZipFile(out) as package:
        names = [name for name in package.namelist() if name.startswith("data/chinook/") and name.endswith(".json")]
        rows = {Path(name).stem.lower().replace("_", ""): len(json.loads(package.read(name))) for name in names}
        return rows, b"".join(package.read(name) for name in package.namelist()).decode()


def dump(url: str) -> str:
    """Every row of the shop's customers and invoices."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = {name.lower(): name for name in sa.inspect(connection).get_table_names()}
        tables = [sa.Table(names[name], sa.MetaData(), autoload_with=connection) for name in ("customer", "invoice")]
        return repr([connection.execute(sa.select(table)).all() for table in tables])


def test_collect_has_one_customer_seven_invoices_and_no_employee(url: str, tmp_path: Path) -> None:
    rows, text = collected(tmp_path / "p.zip")
    assert {name: count for name, count in rows.items() if count} == {"customer": 1, "invoice": 7, "invoiceline": 38}
    assert not [word for word in AGENT if word in text]


def test_a_case_from_the_form_to_the_letter(url: str, tmp_path: Path, lena: User, nora: User) -> None:
    case, status = filed_and_confirmed(Client(), LUIS)
    legal, second = signed_in(lena), signed_in(nora)
    page = legal.get(f"/console/dsr/subjectrequest/{case.pk}/preview/").content.decode()
    assert "Sample music shop" in page and not [word for word in AGENT if word in page]
    legal.post(f"/console/dsr/subjectrequest/{case.pk}/preview/")
    plan = ErasurePlan.objects.get()
    agree = {"typed": case.reference, "digest": plan.digest}
    legal.post(f"/console/dsr/subjectrequest/plan/{plan.pk}/", agree)  # her own plan
    assert LUIS in dump(url)
    second.post(f"/console/dsr/subjectrequest/plan/{plan.pk}/", agree)
    mails()
    case = SubjectRequest.objects.get(pk=case.pk)
    step = Step.objects.get(handler="chinook")
    assert (case.state, step.answer, step.anonymized, step.retained) == (State.CLOSED, Answer.DONE, 8, 38)
    left = dump(url)
    assert not [word for word in (LUIS, "Gonçalves", "Brigadeiro Faria Lima, 2170", "3923-5555") if word in left]
    letter = Letter.objects.get(subject_request=case, kind="answer").text
    assert "Sample music shop" in letter and "38" in letter and not [word for word in AGENT if word in letter]
    assert Client().get(status).status_code == 200
    rows, text = collected(tmp_path / "after.zip")
    assert not any(rows.values()) and "Gonçalves" not in text
    assert not verify_ledger(now=clock.now()).faults
