"""Every door that takes a file asks a real clamd, and what it refuses leaves nothing behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.correspondence.models import Attachment, Message
from dsr.identity.models import EvidenceFile
from dsr.identity.services.evidence import invite_evidence
from dsr.identity.services.raising import set_sensitivity
from dsr.models import HistoryRow, SubjectRequest
from dsr.review.models import ReviewDocument
from dsr.review.services.collecting import open_review
from dsr.services.links import make_link
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.rendering.tests.files import pdf, picture
from privacy.kernel.tests.clamd import ClamServer, clam_server, infected_pdf, infected_picture
from privacy.testing.cast import make_user, signed_in

__all__ = ["clam_server"]
pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
NAMES = ("link", "account", "console", "desk", "message", "documents")
FOUND = "The virus scanner found something in this file. Send a clean one."
TOO_MUCH = "The file is more than the virus scanner can look at."
NO_ANSWER = "The file could not be checked for viruses just now. Try again later."


class Doors:
    """Each takes a file and says the page that follows."""

    def __init__(self, case: SubjectRequest, alice: User, omar: User) -> None:
        self.case, self.omar, self.alice = case, omar, signed_in(alice)
        self.vera = signed_in(
            make_user("vera@kept.example", "work_subject_request", "view_evidence", "review_documents", is_staff=True)
        )
        set_sensitivity(subject_request=case, sensitivity="sensitive", actor=SYSTEM, now=clock.now())
        invite_evidence(subject_request=case, actor=SYSTEM, now=clock.now())
        self.review = open_review(subject_request=case, actor=SYSTEM, now=clock.now())
        self.token = make_link(subject_request=case, kind="status", now=clock.now())

    def send(self, door: str, data: bytes, name: str) -> str:
        values: dict[str, Any] = {"file": SimpleUploadedFile(name, data)}
        page: str = getattr(self, door)(values)
        return page.replace("&#x27;", "'")

    def link(self, values: dict[str, Any]) -> str:
        return Client().post(f"/requests/status/{self.token}/evidence/", values, follow=True).content.decode()

    def account(self, values: dict[str, Any]) -> str:
        return self.alice.post(f"/requests/{self.case.pk}/evidence/", values, follow=True).content.decode()

    def console(self, values: dict[str, Any]) -> str:
        url = f"/console/dsr/subjectrequest/{self.case.pk}/who/act/"
        return self.vera.post(url, {**values, "act": "upload", "kind": "letter"}, follow=True).content.decode()

    def desk(self, values: dict[str, Any]) -> str:
        today = clock.now().date().isoformat()
        typed = {"rights": ["erasure"], "channel": "post", "received_on": today, "identity_level": "V0"}
        typed |= {"email": "dora@example.com", "act": "file", "file_anyway": "on"}
        return signed_in(self.omar).post("/desk/", {**values, **typed}, follow=True).content.decode()

    def message(self, values: dict[str, Any]) -> str:
        values |= {"act": "reply", "text": f"See {values['file'].name}"}
        return self.alice.post(f"/requests/{self.case.pk}/", values, follow=True).content.decode()

    def documents(self, values: dict[str, Any]) -> str:
        return self.vera.post(f"/console/review/review/{self.review.pk}/add/", values, follow=True).content.decode()


def everything(folder: Path) -> tuple[list[Path], list[int]]:
    """What a file that was taken would have changed: the sealed files, and the rows."""
    kept = (EvidenceFile, Attachment, Message, ReviewDocument, SubjectRequest, HistoryRow)
    return sorted(path for path in folder.rglob("*") if path.is_file()), [model.objects.count() for model in kept]


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.KEPT_FILES = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def doors(make_case: MakeCase, alice: User, omar: User, files: Path) -> Doors:
    return Doors(make_case(), alice, omar)


@pytest.mark.parametrize("door", NAMES)
def test_a_clean_file_is_taken_and_a_hostile_one_leaves_nothing(
    doors: Doors, clam_server: ClamServer, settings: Settings, files: Path, door: str
) -> None:
    settings.KEPT_CLAMD = clam_server.tcp if door in {"desk", "message"} else clam_server.unix
    before = everything(files)
    for data, name in ((infected_pdf(), "bill.pdf"), (infected_picture(), "photo.jpg")):
        assert FOUND in doors.send(door, data, name)
        assert everything(files) == before
    for data, name in ((pdf("A bill"), "bill.pdf"), (picture("JPEG"), "photo.jpg")):
        assert "scanner" not in doors.send(door, data, name)
        sealed, _ = everything(files)
        assert len(sealed) > len(before[0])
        before = everything(files)


def test_the_verdict_is_noted_and_shown_to_whoever_judges(
    doors: Doors, clam_server: ClamServer, settings: Settings
) -> None:
    doors.send("link", pdf("Unscanned"), "a.pdf")
    settings.KEPT_CLAMD = clam_server.unix
    doors.send("link", pdf("Scanned"), "b.pdf")
    assert list(EvidenceFile.objects.order_by("uploaded_at").values_list("scanned", flat=True)) == [
        "not_configured",
        "clean",
    ]
    page = doors.vera.get(f"/console/dsr/subjectrequest/{doors.case.pk}/who/").content.decode()
    assert "virus scan: clean" in page and "virus scan: no scanner is configured" in page


@pytest.mark.parametrize("door", NAMES)
def test_while_the_scanner_is_stopped_nothing_is_taken(
    doors: Doors, clam_server: ClamServer, settings: Settings, files: Path, door: str
) -> None:
    settings.KEPT_CLAMD = clam_server.tcp
    clam_server.stop()
    before = everything(files)
    assert NO_ANSWER in doors.send(door, pdf("A bill"), "bill.pdf")
    assert everything(files) == before
    clam_server.start()
    assert NO_ANSWER not in doors.send(door, pdf("A bill"), "bill.pdf")
    assert everything(files) != before


@pytest.mark.parametrize("door", NAMES)
def test_what_is_larger_than_the_scanner_takes_is_refused_with_the_mend(
    doors: Doors, clam_server: ClamServer, settings: Settings, files: Path, door: str
) -> None:
    clam_server.stop()
    clam_server.start("StreamMaxLength 100K")
    settings.KEPT_CLAMD = clam_server.unix
    large, before = picture("TIFF", size=(1200, 800)), everything(files)
    assert len(large) > 2_000_000
    assert TOO_MUCH in doors.send(door, large, "scan.tif")
    assert everything(files) == before
