"""Whoever asks what protects their data abroad gets the documents themselves, the ones in force."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from dsr.tests.conftest import asking as asking  # noqa: PLC0414
from dsr.tests.conftest import house as house  # noqa: PLC0414 - fixtures
from dsr.tests.conftest import make_case as make_case  # noqa: PLC0414
from dsr.tests.conftest import shop as shop  # noqa: PLC0414
from dsr.tests.test_answering import answer, build, download, send
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.policy.board import controls_of
from privacy.policy.selectors import today
from privacy.registers.safeguards.models import SafeguardDocument
from privacy.registers.safeguards.selectors import transfers, transfers_without_document
from privacy.registers.safeguards.services import add_document, end_document
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


@pytest.fixture(autouse=True)
def files(tmp_path: Any, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


@pytest.fixture
def keeper(db: None) -> User:
    return make_user("keeper@kept.example", "manage_recipients", is_staff=True)


def pdf() -> bytes:
    out = io.BytesIO()
    page = Canvas(out, invariant=1)
    page.drawString(72, 720, "Clause 1")
    page.save()
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


def kept(title: str = "Clauses", *, codes: Any = None, days: int = 0, **more: Any) -> SafeguardDocument:
    values: dict[str, Any] = {"title": title, "version": "2021/914", "data": pdf(), "name": "c.pdf", **more}
    day = today() + dt.timedelta(days=days)
    return add_document(
        codes=sorted(transfers()) if codes is None else codes,
        in_force_on=day,
        actor=OPERATOR,
        now=clock.now(),
        **values,
    )


@pytest.mark.promise(63)
def test_a_request_for_the_safeguards_is_answered_with_the_documents_in_force(
    asking: MakeCase, shop: Shop, lena: User, demo_policy: Any
) -> None:
    case = asking(Right.SAFEGUARDS_COPY, identity_level="V0")
    with pytest.raises(DomainError, match="document"):
        build(case, lena)
    row = kept("Clauses of 2021")
    end_document(row=kept("Clauses of 2010"), actor=OPERATOR, now=clock.now())
    kept("Clauses of 2099", days=400)
    build(case, lena)
    answer(case, Right.SAFEGUARDS_COPY, lena)
    send(case, lena)
    assert case.state == State.CLOSED
    with zipfile.ZipFile(io.BytesIO(download(case))) as archive:
        names = [name for name in archive.namelist() if name.startswith("documents/")]
        assert names == ["documents/1.pdf"] and archive.read(names[0]) == pdf()
        page = archive.read("index.html").decode()
        assert "Clauses of 2021" in page and "2010" not in page and "2099" not in page
        assert not [name for name in archive.namelist() if name.startswith("data/")]
    assert controls_of(63)[0].answer().state == "green" and row.digest


def test_somebody_without_an_account_gets_them_too(asking: MakeCase, shop: Shop, lena: User, demo_policy: Any) -> None:
    kept()
    case = asking(Right.SAFEGUARDS_COPY, identity_level="V0", subject=None)
    build(case, lena)
    answer(case, Right.SAFEGUARDS_COPY, lena)
    send(case, lena)
    assert download(case).startswith(b"PK")


def test_with_a_copy_of_the_data_they_go_into_the_same_package(
    asking: MakeCase, shop: Shop, lena: User, demo_policy: Any
) -> None:
    kept()
    case = asking(Right.ACCESS, Right.SAFEGUARDS_COPY)
    assert build(case, lena).contents == "access safeguards"
    answer(case, Right.ACCESS, lena)
    answer(case, Right.SAFEGUARDS_COPY, lena)
    send(case, lena)
    with zipfile.ZipFile(io.BytesIO(download(case))) as archive:
        assert {"documents/1.pdf", "information.json"} <= set(archive.namelist())


def test_the_register_takes_pdf_only_and_names_what_is_wrong(demo_policy: Any) -> None:
    for more, field in (
        ({"data": png(), "name": "c.png"}, "file"),
        ({"codes": ["x"]}, "codes"),
        ({"codes": []}, "codes"),
    ):
        with pytest.raises(InvalidInput) as wrong:
            kept(**more)
        assert wrong.value.field == field
    assert not SafeguardDocument.objects.exists()


def test_what_the_virus_scanner_could_not_look_at_is_not_handed_out(demo_policy: Any, settings: Any) -> None:
    settings.KEPT_CLAMD = "127.0.0.1:1"
    with pytest.raises(InvalidInput, match="could not be checked"):
        kept()
    assert not SafeguardDocument.objects.exists()


def test_what_lies_there_is_sealed_and_ends_once(demo_policy: Any, tmp_path: Any) -> None:
    row = kept()
    (path,) = (tmp_path / "files" / "safeguards").iterdir()
    assert b"%PDF" not in path.read_bytes()
    end_document(row=row, actor=OPERATOR, now=clock.now())
    with pytest.raises(StaleState):
        end_document(row=row, actor=OPERATOR, now=clock.now())
    assert len(transfers_without_document()) == len(transfers()) and controls_of(63)[0].answer().state != "green"


def test_the_console_takes_one_in_reads_and_ends_it(
    keeper: User, mallory: User, lena: User, demo_policy: Any, django_assert_max_num_queries: Any
) -> None:
    client, base = signed_in(keeper), "/console/safeguards/safeguarddocument/"
    assert "hosting: European Economic Area" in client.get(base).content.decode()
    values = {"title": "Clauses", "version": "1", "codes": ["hosting_us"], "in_force_on": today().isoformat()}
    upload = SimpleUploadedFile("c.pdf", pdf(), "application/pdf")
    assert client.post(f"{base}new/", {**values, "file": upload})["Location"] == base
    row = SafeguardDocument.objects.get()
    assert "Open it" in client.get(f"{base}{row.pk}/change/").content.decode()
    assert b"".join(client.post(f"{base}{row.pk}/act/", {"act": "read"})) == pdf()
    client.post(f"{base}{row.pk}/act/", {"act": "end"})
    row.refresh_from_db()
    assert row.ended_at
    types = set(AuditEvent.objects.filter(target_id=row.pk).values_list("type", flat=True))
    assert types == {"safeguards.added", "safeguards.read", "safeguards.ended"}
    for path in (base, f"{base}new/", f"{base}{row.pk}/change/"):
        assert signed_in(lena).get(path).status_code == 403
        with django_assert_max_num_queries(14):
            client.get(path)
