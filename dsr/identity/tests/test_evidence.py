"""Evidence of identity: taken with care, sealed, looked at by few, gone after the verdict."""

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.identity.models import EvidenceFile
from dsr.identity.services.evidence import (
    STORE,
    destroy_evidence,
    give_verdict,
    invite_evidence,
    keep_evidence,
    view_page,
)
from dsr.identity.services.raising import set_sensitivity
from dsr.models import SubjectRequest
from dsr.services.links import make_link
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound, StaleState
from privacy.kernel.keyring import UnreadableValue, keyring
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()


def huge_picture() -> bytes:
    """A PNG of one pixel by a billion."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    head = struct.pack("!IIBBBBB", 1, 1_000_000_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", b"\0" * 10_000_000)
    return out.getvalue()


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


@pytest.fixture
def vera(db: None) -> User:
    return make_user("vera@kept.example", "work_subject_request", "view_evidence", is_staff=True)


@pytest.fixture
def case(make_case: MakeCase, lena: User) -> SubjectRequest:
    found = make_case()
    set_sensitivity(subject_request=found, sensitivity="sensitive", actor=Actor.staff(lena.pk), now=clock.now())
    return found


def kept(case: SubjectRequest, **more: Any) -> EvidenceFile:
    values = {"data": picture(), "name": "bill.png", "kind": "letter", "actor": SYSTEM, "now": clock.now(), **more}
    return keep_evidence(subject_request=case, **values)


def state() -> ControlState:
    return next(each for each in controls() if each.code == "identity.evidence_goes").answer().state


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (zip_bomb(), "id.zip"),
        (picture() + zip_bomb(), "id.png"),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", "id.png"),
        (huge_picture(), "id.png"),
        (b"", "id.png"),
        (b"MZ\x90\x00", "id.pdf"),
    ],
    ids=["zip bomb", "polyglot", "eicar", "a billion pixels", "empty", "program"],
)
def test_a_hostile_file_is_refused_with_the_mend(case: SubjectRequest, vera: User, data: bytes, name: str) -> None:
    with pytest.raises(InvalidInput) as no:
        kept(case, data=data, name=name)
    assert no.value.field == "file" and len(no.value.message) > 20
    client, url = signed_in(vera), f"/console/dsr/subjectrequest/{case.pk}/who/act/"
    given = SimpleUploadedFile(name, data)
    assert client.post(url, {"act": "upload", "kind": "letter", "file": given}).status_code == 302
    assert not EvidenceFile.objects.exists() and not list(STORE.path.glob("*"))


@pytest.mark.promise(70)
def test_it_lies_sealed_under_a_key_that_no_field_opens(case: SubjectRequest) -> None:
    row = kept(case)
    (path,) = STORE.path.glob("*")
    assert b"PNG" not in path.read_bytes()
    with pytest.raises(UnreadableValue):
        keyring().open(row.sealed_key, context=str(row.pk))
    with pytest.raises(UnreadableValue):
        keyring().open(row.sealed_key, context=str(case.pk), use="identity-evidence")


@pytest.mark.promise(70)
def test_only_who_may_looks_at_it_as_a_picture_made_anew_and_each_look_is_noted(
    case: SubjectRequest, vera: User, lena: User
) -> None:
    row = kept(case)
    url = f"/console/dsr/subjectrequest/evidence/{row.pk}/0.png"
    assert signed_in(lena).get(url).status_code == 403
    assert signed_in(vera, proven_ago_s=None).get(url).status_code == 302
    assert not AuditEvent.objects.filter(type="identity.evidence_viewed").exists()
    client = signed_in(vera)
    shown = [client.get(url) for _ in range(2)]
    assert {answer.status_code for answer in shown} == {200} and shown[0].content.startswith(b"\x89PNG")
    assert shown[0].content != picture() and AuditEvent.objects.filter(type="identity.evidence_viewed").count() == 2
    assert client.get(url.replace("/0.png", "/7.png")).status_code == 404


@pytest.mark.promise(70)
def test_after_the_verdict_only_the_verdict_stays(case: SubjectRequest, vera: User) -> None:
    row, now = kept(case), clock.now()
    client, url = signed_in(vera), f"/console/dsr/subjectrequest/evidence/{row.pk}/verdict/"
    assert "how sure" in client.post(url, {"verdict": "accepted", "level": "V9"}, follow=True).content.decode()
    client.post(url, {"verdict": "accepted", "level": "V3"})
    case.refresh_from_db()
    assert case.identity_level == "V3"
    row.refresh_from_db()
    with pytest.raises(StaleState):
        give_verdict(evidence=row, verdict="rejected", actor=SYSTEM, now=now)
    assert destroy_evidence(actor=SYSTEM, now=now + dt.timedelta(days=2))["destroyed"] == 0
    later = now + dt.timedelta(days=3, minutes=1)
    assert destroy_evidence(actor=SYSTEM, now=later)["destroyed"] == 1
    assert destroy_evidence(actor=SYSTEM, now=later)["destroyed"] == 0
    row.refresh_from_db()
    assert (row.verdict, row.file, row.sealed_key) == ("accepted", "", "") and row.destroyed_at == later
    assert not list(STORE.path.glob("*")) and state() is ControlState.GREEN
    with pytest.raises(NotFound):
        view_page(evidence=row, number=0, actor=SYSTEM, now=later)


def test_switched_off_it_lies_on(case: SubjectRequest) -> None:
    row = kept(case)
    EvidenceFile.objects.filter(pk=row.pk).update(verdict="rejected", verdict_at=clock.now() - dt.timedelta(days=9))
    with switched_off("identity.evidence_goes"):
        destroy_evidence(actor=SYSTEM, now=clock.now())
    assert state() is ControlState.RED and list(STORE.path.glob("*"))


def test_no_verdict_for_months_and_it_goes_too(case: SubjectRequest) -> None:
    kept(case)
    assert destroy_evidence(actor=SYSTEM, now=clock.now() + dt.timedelta(days=91))["destroyed"] == 1


def test_a_person_sends_a_file_only_where_it_was_asked_for(case: SubjectRequest, alice: User, bob: User) -> None:
    client, url, page = signed_in(alice), f"/requests/{case.pk}/evidence/", f"/requests/{case.pk}/"
    answer = client.post(url, {"file": SimpleUploadedFile("a.png", picture())}, follow=True)
    assert "did not ask" in answer.content.decode() and url not in answer.content.decode()
    invite_evidence(subject_request=case, actor=SYSTEM, now=clock.now())
    assert url in client.get(page).content.decode() and client.get(url).status_code == 405
    assert "Choose a file" in client.post(url, follow=True).content.decode()
    assert signed_in(bob).post(url, {"file": SimpleUploadedFile("a.png", picture())}).status_code == 404
    client.post(url, {"file": SimpleUploadedFile("a.png", picture())})
    token = make_link(subject_request=case, kind="status", now=clock.now())
    by_link = f"/requests/status/{token}/evidence/"
    assert by_link in Client().get(f"/requests/status/{token}/").content.decode()
    Client().post(by_link, {"file": SimpleUploadedFile("b.png", picture())})
    assert EvidenceFile.objects.filter(uploaded_by=None).count() == 2
    assert Client().post("/requests/status/madeup/evidence/").status_code == 404
    for _ in range(3):
        kept(case)
    with pytest.raises(DomainError, match="enough"):
        kept(case)


def test_a_scanner_that_does_not_answer_lets_nothing_in(case: SubjectRequest, settings: Settings) -> None:
    settings.KEPT_CLAMD = "127.0.0.1:1"
    with pytest.raises(InvalidInput, match="could not be checked"):
        kept(case)
    assert not EvidenceFile.objects.exists()


def test_who_is_known_well_enough_is_not_asked(make_case: MakeCase) -> None:
    with pytest.raises(DomainError, match="Ask for no more"):
        kept(make_case())


def test_a_file_never_touches_the_disk_in_the_clear(
    case: SubjectRequest, vera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite_evidence(subject_request=case, actor=SYSTEM, now=clock.now())
    token = make_link(subject_request=case, kind="status", now=clock.now())

    def on_disk(*_: Any, **__: Any) -> None:
        raise AssertionError("A file was written before it was sealed.")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", on_disk)
    large = SimpleUploadedFile("a.png", picture() + b"x" * 3_000_000)
    url = f"/console/dsr/subjectrequest/{case.pk}/who/act/"
    assert signed_in(vera).post(url, {"act": "upload", "kind": "letter", "file": large}).status_code == 302
    large.seek(0)
    assert Client().post(f"/requests/status/{token}/evidence/", {"file": large}).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/requests/status/{token}/evidence/", {"file": large}).status_code == 403
    assert Client().get(url).status_code == 302
