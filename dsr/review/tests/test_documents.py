"""Documents come in once, sealed, whatever they are; what is hidden in them is gone from what leaves."""

import datetime as dt
import io
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from accounts.models import User
from dsr.models import HistoryRow, SubjectRequest
from dsr.review import storing
from dsr.review.models import Review, ReviewDocument
from dsr.review.selectors import Content, redaction_log, search
from dsr.review.services import collecting, deciding, ending
from dsr.review.suggesting import suggest
from dsr.review.tests.conftest import CHAT, add, approve, hide, rule, who
from dsr.states import State
from privacy.audit.models import AuditEvent
from privacy.jobs.models import Job
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.rendering.tests.files import archive, pdf, picture
from privacy.kernel.sealed_store import SealedFile
from privacy.testing.disk import full_disk

pytestmark = pytest.mark.django_db
SECRET = "Bartholomew"


def leaving(document: ReviewDocument) -> bytes:
    return storing.whole(document.result, document.result_key)


def put_mark(document: ReviewDocument, user: User, *places: deciding.Place) -> None:
    deciding.mark(
        document=document,
        revision=document.revision,
        places=places,
        reason="third_party",
        actor=who(user),
        now=clock.now(),
    )
    document.refresh_from_db()


def letters_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as opened:
        return "".join(page.get_textpage().get_text_bounded() for page in opened)


def test_what_comes_twice_is_one_document(review: Review, lena: User) -> None:
    for _ in range(3):
        add(review, lena, CHAT)
    add(review, lena, pdf("Hello"), "a.pdf")
    add(review, lena, pdf("Hello"), "b.pdf")
    assert [(row.number, row.kind, row.copies) for row in review.documents.order_by("number")] == [
        (1, "text", 3),
        (2, "pdf", 2),
    ]


def test_a_mail_is_its_words_and_its_attachments_apart(review: Review, lena: User) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = "Bob <bob@x.example>", "a@x.example", "Hi", "1 Jan 2026"
    mail.set_content("See the scan.")
    mail.add_attachment(pdf("scanned"), maintype="application", subtype="pdf", filename="scan.pdf")
    mail.add_attachment(archive(), maintype="application", subtype="zip", filename="bad.zip")
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = "Carol <c@x.example>", "b@x.example", "Inner"
    inner.set_content("Deep words")
    mail.add_attachment(inner)
    assert collecting.add_file(review=review, data=mail.as_bytes(), name="m.eml", actor=who(lena), now=clock.now()) == 3
    first, second, third = review.documents.order_by("number")
    text = Content(first).text
    assert "From: Bob" in text and "See the scan." in text and "left out: bad.zip" in text
    assert (second.kind, third.kind) == ("pdf", "text") and "Deep words" in Content(third).text


@pytest.mark.parametrize(
    "data", [b"", b" \n", archive(), b"\x00\x01\x02" * 50, b"GIF89a lies", pdf("x", password="y"), pdf("x")[:200]]
)
def test_what_cannot_be_shown_is_refused_with_its_field(review: Review, lena: User, data: bytes, files: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        add(review, lena, data, "x")
    assert caught.value.field == "file"
    assert not review.documents.exists() and not list(files.glob("*"))


def test_nothing_lies_in_clear_and_the_log_names_nobody(review: Review, lena: User, files: Path) -> None:
    add(review, lena, CHAT, "Chat with Bob Builder.txt")
    stored = b"".join(path.read_bytes() for path in files.glob("*"))
    assert stored and b"Bob" not in stored
    told = "".join(
        str(row) for row in [*AuditEvent.objects.values(), *HistoryRow.objects.values(), *Job.objects.values()]
    )
    assert "Bob" not in told and "heart" not in told


def test_words_are_hidden_in_a_text_for_good(review: Review, lena: User) -> None:
    document = rule(hide(add(review, lena, CHAT), lena, "Bob Builder", "+49 30 1234 5678"), lena, "redact")
    text = leaving(document).decode()
    assert "Bob" not in text and "1234" not in text and "Alice" in text
    assert text.count("[████████ another person]") == 4


def test_words_are_hidden_in_a_pdf_with_everything_that_could_bring_them_back(review: Review, lena: User) -> None:
    original = pdf(f"Dear Alice\nsays {SECRET} Jones", "second page", author=f"{SECRET} Author")
    document = rule(hide(add(review, lena, original, "x.pdf"), lena, f"{SECRET} jones"), lena, "redact")
    data = leaving(document)
    assert letters_of(original).count(SECRET) == 1 and letters_of(data) == ""
    for trace in (
        SECRET.encode(),
        b"Author",
        b"/Info",
        b"/Metadata",
        b"/ID",
        b"Producer",
        b"CreationDate",
        b"/Font",
        b"Exif",
    ):
        assert trace not in data
    with pypdfium2.PdfDocument(data) as opened, pypdfium2.PdfDocument(original) as before:
        assert len(opened) == 2 and opened[0].get_size() == pytest.approx(before[0].get_size(), abs=0.01)
        assert opened.get_metadata_dict(skip_empty=True) == {}
        mark = document.marks.get()
        box = _pixels(mark.left, mark.top, mark.right, mark.low)
        darkest, lightest = _shades(before[0], box)
        assert darkest < 60 and lightest > 200
        assert _shades(opened[0], box)[1] < 60  # black all over


def _pixels(left: int, top: int, right: int, low: int) -> tuple[int, int, int, int]:
    wide, high = 595, 842
    return left * wide // 10_000 + 1, top * high // 10_000 + 1, right * wide // 10_000 - 1, low * high // 10_000 - 1


def _shades(page: pypdfium2.PdfPage, box: tuple[int, int, int, int]) -> tuple[int, int]:
    shades: tuple[int, int] = page.render(scale=1).to_pil().convert("L").crop(box).getextrema()
    return shades


def test_a_photo_leaves_without_its_place_and_camera(review: Review, lena: User) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = SECRET, {1: "N", 2: (52.0, 31.0, 0.0)}
    document = add(review, lena, picture("JPEG", size=(400, 300), exif=exif), "p.jpg")
    put_mark(document, lena, (0, 0, 0, 5000, 10_000))
    data = leaving(rule(document, lena, "redact"))
    assert SECRET.encode() not in data and b"Exif" not in data
    with pypdfium2.PdfDocument(data) as opened:
        shown = opened[0].render(scale=1).to_pil().convert("RGB")
    assert shown.getpixel((shown.width // 4, 10)) == (0, 0, 0)
    red = shown.getpixel((shown.width * 3 // 4, shown.height - 10))
    assert isinstance(red, tuple) and red[0] > 150


def test_a_document_that_leaves_whole_is_made_anew_too(review: Review, lena: User) -> None:
    data = leaving(rule(add(review, lena, pdf("Hello", author=SECRET), "x.pdf"), lena, "release"))
    assert SECRET.encode() not in data and letters_of(data) == ""


def test_a_withheld_document_needs_its_reason_and_leaves_nothing(review: Review, lena: User) -> None:
    document = add(review, lena, CHAT)
    with pytest.raises(InvalidInput) as caught:
        rule(document, lena, "withhold")
    assert caught.value.field == "reason"
    assert rule(document, lena, "withhold", "privilege").result == ""


def test_a_ruling_fits_the_marks(review: Review, lena: User) -> None:
    document = add(review, lena, CHAT)
    with pytest.raises(InvalidInput, match="Nothing is marked"):
        rule(document, lena, "redact")
    hide(document, lena, "Bob Builder")
    with pytest.raises(InvalidInput, match="There are marks"):
        rule(document, lena, "release")


OUTSIDE = [(1, 0, 0, 5, 5), (0, 5, 0, 5, 9), (0, -1, 0, 5, 5), (0, 0, 0, 10_001, 5), (0, 9, 0, 5, 5), (0, 0, 9, 5, 5)]


@pytest.mark.parametrize("place", OUTSIDE)
def test_a_place_outside_of_the_page_is_refused(review: Review, lena: User, place: deciding.Place) -> None:
    document = add(review, lena, pdf("one page"), "x.pdf")
    with pytest.raises(InvalidInput) as caught:
        deciding.mark(
            document=document, revision=0, places=[place], reason="security", actor=who(lena), now=clock.now()
        )
    assert caught.value.field == "box"


def test_others_are_proposed_the_person_never(
    case: SubjectRequest, review: Review, lena: User, bob: User, nora: User
) -> None:
    text = CHAT + "Nora wrote to bob@example.com and alice@example.com. Bob laughed.\n"
    document = add(review, lena, text)
    found = {each.term: each for each in suggest(case, Content(document))}
    assert found["Bob Builder"].messages == 2 and found["+49 30 1234 5678"].why == "a number"
    assert found["bob@example.com"].places == 1 and found["Bob"].why == "another person in our data"
    assert found["Nora"].reason == "staff_name"
    assert not any("alice" in term.lower() for term in found)
    assert not document.marks.exists()  # proposed, not applied
    places = deciding.places_of_speaker(Content(document), "Bob Builder")
    put_mark(document, lena, *places)
    left = leaving(rule(document, lena, "redact")).decode()
    assert "heart disease" not in left and "I will call" in left


def test_staff_may_be_named_where_the_policy_says_so(
    case: SubjectRequest, review: Review, lena: User, nora: User, settings: object
) -> None:
    settings.KEPT_REVIEW_STAFF_NAMES = "show"  # type: ignore[attr-defined]  # pytest-django's settings
    found = suggest(case, Content(add(review, lena, "Alice saw Nora.")))
    assert found == []


def test_searching_finds_words_in_texts_and_pdfs(review: Review, lena: User) -> None:
    add(review, lena, CHAT)
    add(review, lena, pdf("The heart of the matter"), "x.pdf")
    hits = search(review, "HEART")
    assert [(document.number, "heart" in words) for document, words in hits] == [(1, True), (2, True)]


def test_the_log_tells_places_and_reasons_and_no_content(case: SubjectRequest, review: Review, lena: User) -> None:
    rule(hide(add(review, lena, CHAT), lena, "Bob Builder"), lena, "redact")
    rule(hide(add(review, lena, pdf("Bob Builder"), "x.pdf"), lena, "Bob Builder", reason="staff_name"), lena, "redact")
    rule(add(review, lena, "Counsel says no"), lena, "withhold", "privilege")
    log = list(redaction_log(case.pk))
    assert [line["document"] for line in log] == [1, 1, 1, 2, 3]
    assert log[0]["place"].startswith("characters ") and log[3]["place"].startswith("page 1, ")
    assert log[0]["article"] == "Art. 15(4) GDPR" and log[0]["by"] == str(lena.pk)
    assert log[4]["decision"] == "withhold" and "Art. 23" in log[4]["article"]
    assert "Bob" not in str(log) and "Counsel" not in str(log)


# --- Faults ------------------------------------------------------------------------------------


def test_of_two_reviewers_on_one_document_one_is_told(review: Review, lena: User, nora: User) -> None:
    document = add(review, lena, CHAT)
    mine = ReviewDocument.objects.get(pk=document.pk)
    hide(document, nora, "Bob Builder")
    with pytest.raises(StaleState):
        rule(mine, lena, "release")
    assert ReviewDocument.objects.get().ruling == "todo"


def test_a_full_disk_keeps_nothing_and_says_so(review: Review, lena: User, files: Path) -> None:
    with full_disk(room=10_000), pytest.raises(DomainError) as caught:
        add(review, lena, "word " * 10_000)
    assert caught.value.code == "disk_full"
    assert not review.documents.exists() and not list(files.glob("*"))
    add(review, lena, CHAT)


def test_a_full_disk_while_pages_are_painted_is_mended_by_trying_again(
    review: Review, lena: User, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = add(review, lena, pdf("Hello"), "x.pdf")
    before = set(files.glob("*"))
    deciding.rule(document=document, revision=0, ruling="release", actor=who(lena), now=clock.now())
    put = storing.put

    def put_on_a_full_disk(parts: Iterator[bytes]) -> SealedFile:
        with full_disk(room=5_000):
            return put(parts)

    with monkeypatch.context() as patch:
        patch.setattr(storing, "put", put_on_a_full_disk)
        run_until_empty()
    job = Job.objects.get(kind="review.burn")
    assert (job.state, job.last_error_code) == ("ready", "DomainError")
    assert set(files.glob("*")) == before
    Job.objects.filter(pk=job.pk).update(run_after=clock.now() - dt.timedelta(hours=1))
    run_until_empty()
    document.refresh_from_db()
    assert document.is_ready


def test_what_a_killed_worker_left_is_swept_and_the_next_one_does_the_work(
    review: Review, lena: User, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsr.review.services import burning
    from privacy.jobs.worker import run_one

    document = add(review, lena, pdf("Hello"), "x.pdf")
    deciding.rule(document=document, revision=0, ruling="release", actor=who(lena), now=clock.now())

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(burning, "write_pdf", dies)
        run_one()
    job = Job.objects.get(kind="review.burn")
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - dt.timedelta(hours=1))
    run_until_empty()
    document.refresh_from_db()
    assert document.is_ready
    (files / "orphan.sealed").write_bytes(b"x")
    ending.end_reviews(now=clock.now() + dt.timedelta(days=2))
    assert not (files / "orphan.sealed").exists() and leaving(document)


def test_a_slower_job_does_not_overwrite_a_newer_decision(review: Review, lena: User, files: Path) -> None:
    document = add(review, lena, CHAT)
    deciding.rule(document=document, revision=0, ruling="release", actor=who(lena), now=clock.now())
    document.refresh_from_db()
    hide(document, lena, "Bob Builder")  # before the job ran
    run_until_empty()
    document.refresh_from_db()
    assert document.result == "" and document.ruling == "todo"
    document = rule(document, lena, "redact")
    assert "Bob" not in leaving(document).decode() and len(list(files.glob("*.sealed"))) == 2


def test_originals_go_when_nobody_can_complain_any_more(
    case: SubjectRequest, review: Review, lena: User, nora: User, files: Path
) -> None:
    rule(hide(add(review, lena, CHAT), lena, "Bob Builder"), lena, "redact")
    rule(add(review, lena, pdf("x"), "x.pdf"), lena, "release")
    approve(review, nora)
    now = clock.now()
    assert ending.end_reviews(now=now + dt.timedelta(days=400))["ended"] == 0  # the case is open
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.CLOSED, closed_at=now)
    assert ending.end_reviews(now=now + dt.timedelta(days=179))["ended"] == 0
    with pytest.raises(StaleState):
        add(review, lena, "more")
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert ending.end_reviews(now=now + dt.timedelta(days=181))["ended"] == 1
    assert not list(files.glob("*.sealed"))
    with pytest.raises(DomainError, match="not there any more"):
        leaving(ReviewDocument.objects.get(number=1))
    event = AuditEvent.objects.get(type="review.originals_destroyed")
    assert '"documents":2' in event.payload.replace(" ", "")
    assert len(list(redaction_log(case.pk))) == 4  # three marks and the released one: the log stays
    assert ending.end_reviews(now=now + dt.timedelta(days=181))["ended"] == 0


def test_words_in_a_picture_are_none(review: Review, lena: User) -> None:
    out = io.BytesIO()
    Image.new("RGB", (50, 50)).save(out, "PNG")
    assert Content(add(review, lena, out.getvalue(), "x.png")).text == ""


def test_what_the_virus_scanner_could_not_look_at_is_not_added(review: Review, lena: User, settings: Any) -> None:
    settings.KEPT_CLAMD = "127.0.0.1:1"
    with pytest.raises(InvalidInput, match="could not be checked"):
        add(review, lena, pdf("Hello"), "a.pdf")
    assert not review.documents.exists()
