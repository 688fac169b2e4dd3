"""What comes by mail is looked at by a real clamd after it is sealed: nothing waits for it, and nothing that it has not
cleared is shown."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.correspondence.models import Attachment
from dsr.correspondence.services import GivenFile, original_of, sweep_files
from dsr.correspondence.tests.posting import come, letter_of
from dsr.correspondence.vocabulary import Scanned
from dsr.models import HistoryRow, SubjectRequest
from dsr.review.from_messages import files_of_messages
from dsr.services.links import make_link
from dsr.services.replying import reply
from privacy.jobs.models import Job
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS
from privacy.kernel.rendering.tests.files import pdf
from privacy.kernel.tests.clamd import ClamServer, clam_server, infected_pdf
from privacy.testing.cast import signed_in

__all__ = ["clam_server"]
pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
DROPPED = "We did not keep a file that you sent: our virus scanner found something in it. Send a clean one."
DOOR = "/console/dsr/subjectrequest/attachment/{}/1.png"
NOBODY = "127.0.0.1:1"  # nothing answers there


@pytest.fixture
def case(make_case: MakeCase) -> SubjectRequest:
    return make_case(reference="KX-ABCDEFG")


def answer_of(case: SubjectRequest, *files: tuple[str, bytes], sender: str = "Alice <alice@example.com>") -> None:
    come(letter_of("Here it is.", sender=sender, subject=f"Re: {case.reference}", files=files))


def try_again() -> None:
    Job.objects.filter(kind="correspondence.scan").update(run_after=clock.now())
    run_until_empty()


def test_of_a_mail_a_clean_file_is_shown_and_a_hostile_one_goes(
    case: SubjectRequest, lena: User, clam_server: ClamServer, settings: Settings
) -> None:
    settings.KEPT_CLAMD = clam_server.unix
    answer_of(case, ("bill.pdf", pdf("A bill")), ("bad.pdf", infected_pdf()))
    clean, bad = Attachment.objects.order_by("position")
    assert (clean.scanned, clean.is_showable, bad.scanned, bad.is_showable) == ("clean", True, "found", False)
    assert (bad.file, bad.file_key, bad.why_not) == ("", "", "virus") and bad.digest
    assert sweep_files(now=clock.now() + dt.timedelta(days=1)) == 1
    assert b"".join(original_of(clean)) == pdf("A bill")
    client = signed_in(lena)
    assert client.get(DOOR.format(clean.pk)).status_code == 200
    assert client.get(DOOR.format(bad.pk)).status_code == 404
    assert [found.name for found in files_of_messages(case)] == ["bill.pdf"]


def test_the_person_is_told_and_a_stranger_is_not(
    case: SubjectRequest, clam_server: ClamServer, settings: Settings
) -> None:
    settings.KEPT_CLAMD = clam_server.tcp
    answer_of(case, ("bad.pdf", infected_pdf()), sender="Mallory <mallory@example.com>")
    page = f"/requests/status/{make_link(subject_request=case, kind='status', now=clock.now())}/"
    assert DROPPED not in Client().get(page).content.decode()
    answer_of(case, ("bad.pdf", infected_pdf()))
    assert DROPPED in Client().get(page).content.decode()
    kinds = HistoryRow.objects.filter(kind__endswith="file_dropped")
    assert sorted(row.kind for row in kinds) == ["file_dropped", "strange_file_dropped"]


def test_what_no_scanner_has_looked_at_is_kept_but_not_shown(
    case: SubjectRequest, lena: User, clam_server: ClamServer, settings: Settings
) -> None:
    settings.KEPT_CLAMD = NOBODY
    answer_of(case, ("bill.pdf", pdf("A bill")))
    row = Attachment.objects.get()
    assert (row.scanned, row.is_showable) == ("waits", False) and not list(files_of_messages(case))
    assert signed_in(lena).get(DOOR.format(row.pk)).status_code == 404
    job = Job.objects.get(kind="correspondence.scan")
    assert (job.state, job.last_error_code) == ("ready", "ScannerSilent")
    settings.KEPT_CLAMD = clam_server.unix
    try_again()
    row.refresh_from_db()
    assert (row.scanned, row.is_showable) == ("clean", True) and list(files_of_messages(case))


def test_a_scanner_that_was_taken_out_of_use_is_not_waited_for(case: SubjectRequest, settings: Settings) -> None:
    settings.KEPT_CLAMD = NOBODY
    answer_of(case, ("bill.pdf", pdf("A bill")))
    settings.KEPT_CLAMD = ""
    try_again()
    row = Attachment.objects.get()
    assert (row.scanned, row.is_showable) == ("not_configured", True)


def test_more_than_the_scanner_looks_at_is_kept_and_not_shown(
    case: SubjectRequest, clam_server: ClamServer, settings: Settings
) -> None:
    clam_server.stop()
    clam_server.start("StreamMaxLength 1K")
    settings.KEPT_CLAMD = clam_server.tcp
    answer_of(case, ("long.pdf", pdf("A bill") + b"\n" * 5_000))
    row = Attachment.objects.get()
    assert (row.scanned, row.is_showable) == (Scanned.TOO_MUCH, False) and row.file


def test_a_door_that_asked_the_scanner_leaves_nothing_to_ask(
    case: SubjectRequest, clam_server: ClamServer, settings: Settings
) -> None:
    settings.KEPT_CLAMD = clam_server.unix
    file = GivenFile("bill.pdf", pdf("A bill"))
    reply(subject_request=case, text="See the bill", file=file, actor=ANONYMOUS, now=clock.now())
    assert Attachment.objects.get().scanned == "clean" and not Job.objects.filter(kind="correspondence.scan").exists()
