"""The pages of a review: by keyboard and plain forms, for who may, and every opening on the log."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.review import console_documents
from dsr.review.models import Mark, Review, ReviewDocument
from dsr.review.tests.conftest import CHAT, add, approve, hide, rule
from privacy.audit.models import AuditEvent
from privacy.jobs.worker import run_until_empty
from privacy.kernel.rendering.tests.files import archive, pdf, picture
from privacy.pages.tests.test_number_of_queries import queries
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
ADD = "/console/review/review/{}/add/"
QUEUE, DOCUMENT = "/console/review/review/{}/change/", "/console/review/review/document/{}/"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def press(client: Client, document: ReviewDocument, act: str, **values: Any) -> str:
    """Send one form of the page of a document; what is said then."""
    document.refresh_from_db()
    values = {"act": act, "revision": document.revision, "page": "1", **values}
    answer = client.post(DOCUMENT.format(document.pk), values, follow=True)
    assert answer.status_code == 200
    document.refresh_from_db()
    return answer.content.decode()


def test_from_the_case_to_the_approval_by_forms_alone(case: SubjectRequest, lena: User, nora: User) -> None:
    first, second = signed_in(lena), signed_in(nora)
    assert "Review documents" in page(first, f"/console/dsr/subjectrequest/{case.pk}/change/")
    first.post(f"/console/review/review/case/{case.pk}/")
    review = Review.objects.get(subject_request=case)
    queue, put = QUEUE.format(review.pk), ADD.format(review.pk)
    first.post(put, {"file": SimpleUploadedFile("chat.txt", CHAT.encode()), "name": "Chat of May"})
    first.post(put, {"text": "Counsel thinks we lose", "name": "Memo"})
    first.post(put, {"file": SimpleUploadedFile("x.pdf", pdf("Bob Builder wrote", "this"))})
    assert "0 of 3</strong> decided" in page(first, queue)
    chat, memo, letter = review.documents.order_by("number")
    text = page(first, DOCUMENT.format(chat.pk))
    assert 'accesskey="n"' in text and "Bob Builder" in text and "all that they say" in text
    assert "Marked: 3" in press(first, chat, "suggested", term=["+49 30 1234 5678"], speaker=["Bob Builder"])
    assert "is decided" in press(first, chat, "rule", ruling="redact")
    assert "choose a reason" in press(first, memo, "rule", ruling="withhold")
    press(first, memo, "rule", ruling="withhold", reason="privilege")
    press(first, letter, "terms", terms="bob builder\nnowhere", reason="staff_name")
    press(first, letter, "rule", ruling="redact")
    run_until_empty()
    assert "3 of 3</strong> decided" in page(first, queue) and "Approve this review" not in page(first, queue)
    assert "Look at these documents first" in page(second, queue)
    for document in (chat, memo, letter):
        assert f"Document {document.number}" in page(second, DOCUMENT.format(document.pk) + "?view=result")
        press(second, document, "check")
    found = re.search(r'name="digest" value="(\w+)"', page(second, queue))
    assert found
    second.post(f"/console/review/review/{review.pk}/approve/", {"digest": found[1]})
    review.refresh_from_db()
    assert review.state == "approved" and "Approved" in page(second, queue)
    log = b"".join(first.get(f"/console/review/review/{review.pk}/log.csv").streaming_content).decode()  # type: ignore[attr-defined]  # it streams
    assert log.count("third") == 0 and log.count("Another person") == 3 and "Bob" not in log
    kinds = set(AuditEvent.objects.filter(type__startswith="review.").values_list("type", flat=True))
    assert {
        "review.opened",
        "review.document_opened",
        "review.checked",
        "review.approved",
        "review.log_exported",
    } <= kinds


@pytest.mark.parametrize("path", [QUEUE, "/console/review/review/{}/log.csv"])
def test_only_who_may_review(review: Review, mallory: User, path: str) -> None:
    worker = make_user("w@kept.example", "work_subject_request", is_staff=True)
    document = ReviewDocument.objects.create(review=review, number=1, source="upload", content="x", kind="text")
    for user in (mallory, worker):
        for each in (path.format(review.pk), DOCUMENT.format(document.pk)):
            assert signed_in(user).get(each).status_code in {302, 403}
    assert not AuditEvent.objects.filter(type="review.document_opened").exists()


def test_a_picture_is_shown_only_to_who_opened_its_page_just_now(
    review: Review, lena: User, nora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = add(review, lena, pdf("Bob", author="Bob Author"), "x.pdf")
    text = page(signed_in(lena), DOCUMENT.format(document.pk))
    found = re.search(r'<img src="([^"]+)"', text)
    assert found
    path = found[1].replace("&amp;", "&")
    answer = signed_in(lena).get(path)
    assert answer["Content-Type"] == "image/png" and b"Bob" not in answer.content
    assert "no-store" in answer["Cache-Control"]
    assert signed_in(nora).get(path).status_code == 403
    assert signed_in(lena).get(path[:-3]).status_code == 403
    monkeypatch.setattr(console_documents, "PICTURE_GOOD_FOR", -1)
    assert signed_in(lena).get(path).status_code == 403


@pytest.mark.parametrize("view", ["original", "marked", "result"])
def test_every_view_of_a_page_is_a_picture(review: Review, lena: User, view: str) -> None:
    document = rule(hide(add(review, lena, pdf("Bob Builder", "two"), "x.pdf"), lena, "Bob"), lena, "redact")
    text = page(signed_in(lena), f"{DOCUMENT.format(document.pk)}?view={view}&page=2")
    found = re.search(r'<img src="([^"]+)"', text)
    assert found and "page 2 of 2" in text
    assert signed_in(lena).get(found[1].replace("&amp;", "&"))["Content-Type"].startswith("image/")


def test_places_by_typing_and_by_words(review: Review, lena: User) -> None:
    client, document = signed_in(lena), add(review, lena, pdf("Bob Builder"), "x.pdf")
    press(client, document, "place", left="10.5", top="0", right="20", low="99.99", reason="security")
    assert [(mark.left, mark.low) for mark in Mark.objects.all()] == [(1050, 9999)]
    word = re.search(r'name="word" value="([\d-]+)"', page(client, DOCUMENT.format(document.pk)))
    assert word
    assert "Marked: 1" in press(client, document, "words", word=[word[1]], reason="third_party")
    marks = list(document.marks.values_list("pk", flat=True))
    assert "2 marks taken away" in press(client, document, "unmark", mark=marks)
    text = add(review, lena, CHAT)
    assert "Marked: 1" in press(client, text, "place", left="0", right="7", reason="security")


@pytest.mark.parametrize(
    ("act", "values", "said"),
    [
        ("place", {"left": "x", "top": "0", "right": "1", "low": "1", "reason": "security"}, "Left %"),
        ("place", {"left": "50", "top": "0", "right": "10", "low": "1", "reason": "security"}, "not in the document"),
        ("place", {"left": "0", "top": "0", "right": "101", "low": "1", "reason": "security"}, "Right %"),
        ("words", {"word": ["1-2-3", "a-b-c-d"], "reason": "security"}, "Nothing was found"),
        ("words", {"word": ["0-0-9-9"], "reason": "nonsense"}, "choose a reason"),
        ("terms", {"terms": "   ", "reason": "security"}, "Words to hide"),
        ("terms", {"terms": "\x01absent", "reason": "security"}, "Nothing was found"),
        ("suggested", {"term": "nobody"}, "Choose at least one"),
        ("rule", {"ruling": "burn"}, "Choose what becomes"),
        ("unmark", {"mark": ["x"]}, "0 marks"),
        ("check", {}, "still being made"),
        ("rule", {"ruling": "release", "revision": "99"}, "Somebody else changed"),
        ("rule", {"ruling": "release", "revision": "-1; drop"}, "Somebody else changed"),
    ],
)
def test_what_is_wrong_is_said(review: Review, lena: User, act: str, values: dict[str, Any], said: str) -> None:
    document = add(review, lena, pdf("Bob Builder"), "x.pdf")
    assert said in press(signed_in(lena), document, act, **values)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Choose a file, or paste a text"),
        ({"file": archive()}, "ZIP archive"),
        ({"file": b"%PDF-1.7 %%EOF"}, "damaged"),
        ({"file": b""}, "no text in it"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused_in_its_field(
    review: Review, lena: User, values: dict[str, Any], said: str
) -> None:
    given = {name: SimpleUploadedFile("x", data) for name, data in values.items()}
    text = signed_in(lena).post(ADD.format(review.pk), given).content.decode()
    assert said in text and not review.documents.exists()


def test_a_large_file_is_never_written_in_clear(
    review: Review, lena: User, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a file of its own was opened")

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", forbidden)
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", forbidden)
    words = "Alice and Bob. " * 250_000
    given = {"file": SimpleUploadedFile("long.txt", words[:1_900_000].encode())}
    signed_in(lena).post(ADD.format(review.pk), given)
    assert review.documents.get().size == 1_900_000
    text = signed_in(lena).post(
        ADD.format(review.pk), {"file": SimpleUploadedFile("x", b"\x89PNG" + b"0" * 21_000_000)}
    )
    assert "larger than 20 MB" in text.content.decode()
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = signed_in(lena).cookies
    assert stranger.post(ADD.format(review.pk), {"text": "x"}).status_code == 403
    assert signed_in(make_user("w@kept.example", is_staff=True)).post(ADD.format(review.pk)).status_code == 403


def test_nonsense_in_addresses_is_no_error_of_ours(review: Review, lena: User) -> None:
    client, document = signed_in(lena), add(review, lena, CHAT)
    for query in ("page=x", "page=99999999", "page=-1", "view=nope", "view=result"):
        page(client, f"{DOCUMENT.format(document.pk)}?{query}")
    for query in ("show=nope", "q=%00", "q=" + "x" * 500, "q=.*"):
        assert client.get(f"{QUEUE.format(review.pk)}?{query}").status_code in {200, 400}
    assert client.post(DOCUMENT.format(document.pk), {"act": "nope"}).status_code == 403


def test_a_name_with_html_is_shown_as_it_is(review: Review, lena: User) -> None:
    document = add(review, lena, "<script>alert(1)</script> Bob: hi\nEve: ho", "<b>\u202e.txt")
    for path in (QUEUE.format(review.pk), DOCUMENT.format(document.pk), QUEUE.format(review.pk) + "?q=script"):
        text = page(signed_in(lena), path)
        assert "<script>alert" not in text and "<b>\u202e" not in text


def test_searching_lists_hits_and_is_an_act(review: Review, lena: User) -> None:
    add(review, lena, CHAT)
    text = page(signed_in(lena), QUEUE.format(review.pk) + "?q=heart")
    assert "heart disease" in text
    assert AuditEvent.objects.filter(type="review.searched").count() == 1


def test_a_review_whose_originals_are_gone_still_opens(review: Review, lena: User, nora: User) -> None:
    from dsr.review.services.ending import end_reviews
    from privacy.kernel import clock

    document = rule(add(review, lena, CHAT), lena, "release")
    approve(review, nora)
    SubjectRequest.objects.update(state="closed", closed_at=clock.now() - dt.timedelta(days=200))
    end_reviews(now=clock.now())
    assert "not there any more" in page(signed_in(lena), DOCUMENT.format(document.pk))
    assert "were destroyed" in page(signed_in(lena), QUEUE.format(review.pk))


def test_pages_ask_the_database_as_often_for_many_documents(review: Review, lena: User) -> None:
    client = signed_in(lena)
    document = add(review, lena, CHAT)
    add(review, lena, picture(), "p.png")
    paths = (QUEUE.format(review.pk), DOCUMENT.format(document.pk))
    for path in paths:
        queries(client, path)  # the session is new
    before = [queries(client, path) for path in paths]
    for number in range(12):
        add(review, lena, f"Document {number} of Alice")
    assert [queries(client, path) for path in paths] == before
    assert all(count <= most for count, most in zip(before, (12, 12), strict=True)), before
