"""From the documents of a case to the package that its person takes: reviewed by two, masked, counted."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from accounts.models import User
from dsr.models import HistoryRow, SubjectRequest
from dsr.outcomes import Decision
from dsr.review.models import Review, ReviewDocument
from dsr.review.selectors import must_be_checked, queue, review_digest, review_open
from dsr.review.services import approving, collecting, deciding
from dsr.review.tests.conftest import CHAT, add, approve, hide, rule, who
from dsr.services import answering
from dsr.services.links import make_link
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from privacy.audit.models import AuditEvent
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.kernel.rendering.tests.files import archive, pdf
from privacy.personal_data.contract import Attachment, Person, Record, handlers
from privacy.personal_data.models import PreparedPackage
from privacy.personal_data.package import check_package
from privacy.policy.board import ControlState, controls_of

pytestmark = pytest.mark.django_db
TICKET = "Dear Alice, your neighbor bob@example.com complained: her dog barks at night."


class Helpdesk(Shop):
    """An outside system whose tickets quote other people."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}

    def export(self, person: Person) -> Iterator[Record]:
        yield Record(
            "tickets",
            "user",
            {"id": "7", "text": TICKET, "note": "all about alice@example.com", "phone": "+91 80 5550104"},
        )
        for name, data in self.files.items():
            yield Record("files", "user", {"name": name}, Attachment(name, "x/y", partial(iter, [data])))


@pytest.fixture(autouse=True)
def helpdesk(monkeypatch: pytest.MonkeyPatch) -> Helpdesk:
    outside = Helpdesk()
    monkeypatch.setattr(handlers, "_sources", [lambda: [outside]])
    return outside


def build(case: SubjectRequest, user: User) -> None:
    case.refresh_from_db()
    answering.build_again(subject_request=case, actor=who(user), now=clock.now())
    run_until_empty()


def answer(case: SubjectRequest, user: User) -> None:
    item = case.items.get(right=Right.ACCESS)
    answering.answer_item(item=item, decision=Decision("fulfilled"), actor=who(user), now=clock.now())


def send(case: SubjectRequest, user: User) -> None:
    case.refresh_from_db()
    answering.send_answer(subject_request=case, actor=who(user), now=clock.now())
    case.refresh_from_db()


def download(case: SubjectRequest) -> bytes:
    token = make_link(subject_request=case, kind="status", now=clock.now())
    given: Any = Client().post(f"/requests/status/{token}/package/")
    return b"".join(given.streaming_content) if given.streaming else b""


def collected(review: Review, user: User) -> list[ReviewDocument]:
    collecting.ask_to_collect(review=review, actor=who(user), now=clock.now())
    run_until_empty()
    return list(review.documents.order_by("number"))


@pytest.mark.promise(73)
def test_s73_other_peoples_messages_are_masked_and_the_manifest_counts(
    case: SubjectRequest, review: Review, lena: User, nora: User
) -> None:
    (ticket,) = collected(review, lena)
    assert ticket.source == "records"
    chat = add(review, lena, CHAT)
    letter = add(review, lena, pdf("Dear Alice", "Bob Builder wrote this"), "letter.pdf")
    memo = add(review, lena, "Counsel thinks we lose", "memo.txt")
    build(case, lena)
    answer(case, lena)
    with pytest.raises(DomainError, match="not reviewed"):
        send(case, lena)
    assert not download(case)
    rule(hide(ticket, lena, "bob@example.com"), lena, "redact")
    rule(hide(letter, lena, "Bob Builder"), lena, "redact")
    rule(memo, lena, "withhold", "privilege")
    rule(hide(chat, lena, "Bob Builder", "My heart disease is nobody's business."), lena, "redact")
    with pytest.raises(NotAllowed):
        approve(review, lena)
    approve(review, nora)
    with pytest.raises(DomainError, match="Build it again"):
        send(case, lena)
    build(case, lena)
    send(case, lena)
    assert case.state == State.CLOSED
    data = download(case)
    assert check_package(io.BytesIO(data)) == []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        names = [name for name in archive.namelist() if name.startswith("documents/")]
    for secret in (b"Bob Builder", b"bob@example.com", b"heart disease", b"Counsel", CHAT.encode()):
        assert secret not in everything
    assert "her dog barks at night" in everything.decode("utf-8", "replace")
    assert b"I will call" in everything and names == ["documents/0002.txt", "documents/0003.pdf"]
    (facts,) = manifest["review"]
    assert (facts["documents"], facts["redacted"], facts["redactions"]) == (4, 3, 6)
    assert facts["reasons"] == {"third_party": {"places": 6, "article": "Art. 15(4) GDPR"}}
    assert facts["withheld"]["privilege"]["documents"] == 1
    listed = {each["path"]: each for each in manifest["files"]}
    assert listed["documents/0003.pdf"]["redactions"] == {"third_party": 1}
    assert {control.answer().state for control in controls_of(73)} == {ControlState.GREEN}


def test_a_case_without_a_review_is_answered_as_before(case: SubjectRequest, lena: User) -> None:
    build(case, lena)
    answer(case, lena)
    send(case, lena)
    with zipfile.ZipFile(io.BytesIO(download(case))) as archive:
        assert "review" not in json.loads(archive.read("manifest.json"))


def test_a_withheld_record_says_why_in_its_place(case: SubjectRequest, review: Review, lena: User, nora: User) -> None:
    rule(collected(review, lena)[0], lena, "withhold", "third_party")
    approve(review, nora)
    build(case, lena)
    answer(case, lena)
    send(case, lena)
    with zipfile.ZipFile(io.BytesIO(download(case))) as archive:
        rows = json.loads(archive.read("data/shop/tickets.json"))
    assert rows[0]["text"] == "[withheld: another person, Art. 15(4) GDPR]"
    assert rows[0]["note"].startswith("all about alice")


def test_files_of_records_are_reviewed_and_replaced(
    case: SubjectRequest, review: Review, lena: User, nora: User, helpdesk: Helpdesk
) -> None:
    helpdesk.files = {
        "scan.pdf": pdf("Dear Alice", "says Bob Builder"),
        "old.zip": archive(),
        "bad.zip": archive(bomb=9),
    }
    found = {row.name: row for row in collected(review, lena)}
    assert found["old.zip"].cannot_be_shown and not found["scan.pdf"].cannot_be_shown
    rule(hide(found["scan.pdf"], lena, "Bob Builder"), lena, "redact")
    rule(found["bad.zip"], lena, "withhold", "security")
    for row in review.documents.filter(ruling="todo"):
        rule(row, lena, "release")
    approve(review, nora)
    build(case, lena)
    answer(case, lena)
    send(case, lena)
    with zipfile.ZipFile(io.BytesIO(download(case))) as given:
        rows = json.loads(given.read("data/shop/files.json"))
        by_name = {row["name"]: row["attachment"] for row in rows}
        scan = given.read(by_name["scan.pdf"]["file"])
        assert given.read(by_name["old.zip"]["file"]) == helpdesk.files["old.zip"]
    assert by_name["bad.zip"].startswith("[withheld: security")
    with pypdfium2.PdfDocument(scan) as opened:
        assert len(opened) == 2 and not opened[1].get_textpage().get_text_bounded()


def test_collecting_again_finds_nothing_twice(review: Review, lena: User) -> None:
    assert [row.copies for row in collected(review, lena)] == [1]
    assert [row.copies for row in collected(review, lena)] == [1]


# --- The second person -------------------------------------------------------------------------


def test_the_second_person_looks_at_all_that_is_redacted_and_a_sample_of_the_rest(
    review: Review, lena: User, nora: User
) -> None:
    for number in range(41):
        rule(add(review, lena, f"Document {number} of Alice", f"{number}.txt"), lena, "release")
    rule(hide(add(review, lena, CHAT), lena, "Bob Builder"), lena, "redact")
    chosen = must_be_checked(queue(review))
    assert len(chosen) == 1 + 5 and chosen[-1].number == 42
    with pytest.raises(DomainError, match="Look at these documents"):
        approving.approve_review(review=review, digest=review_digest(review), actor=who(nora), now=clock.now())
    approve(review, nora)
    assert review.state == "approved" and review.approved_by == nora.pk
    assert AuditEvent.objects.filter(type="review.checked").count() == 6


def test_who_only_marked_something_is_no_second_person(review: Review, lena: User, nora: User) -> None:
    document = hide(add(review, lena, CHAT), nora, "Bob Builder")
    rule(document, lena, "redact")
    with pytest.raises(NotAllowed):
        approve(review, nora)


def test_what_changed_after_it_was_read_is_not_approved(review: Review, lena: User, nora: User) -> None:
    document = rule(add(review, lena, CHAT), lena, "release")
    read = review_digest(review)
    approving.check_document(document=document, revision=document.revision, actor=who(nora), now=clock.now())
    hide(document, lena, "Bob Builder")
    with pytest.raises(StaleState):
        approving.check_document(document=document, revision=document.revision - 1, actor=who(nora), now=clock.now())
    rule(document, lena, "redact")
    with pytest.raises(StaleState):
        approving.approve_review(review=review, digest=read, actor=who(nora), now=clock.now())
    with pytest.raises(DomainError, match="Look at these"):  # the old look does not count
        approving.approve_review(review=review, digest=review_digest(review), actor=who(nora), now=clock.now())


def test_an_approved_review_stands_until_it_is_opened_again(
    case: SubjectRequest, review: Review, lena: User, nora: User
) -> None:
    document = rule(add(review, lena, CHAT), lena, "release")
    approve(review, nora)
    assert not review_open(case.pk)
    with pytest.raises(StaleState):
        hide(document, lena, "Bob Builder")
    with pytest.raises(StaleState):
        rule(document, lena, "withhold", "privilege")
    with pytest.raises(StaleState):
        add(review, lena, "one more")
    approving.reopen_review(review=review, actor=who(lena), now=clock.now())
    assert review_open(case.pk)
    hide(document, lena, "Bob Builder")
    kinds = HistoryRow.objects.filter(subject_request_id=case.pk).values_list("kind", flat=True)
    assert {"review_opened", "document_ruled", "review_approved", "review_reopened"} <= set(kinds)


def test_after_the_answer_a_review_is_not_opened_again(
    case: SubjectRequest, review: Review, lena: User, nora: User
) -> None:
    rule(add(review, lena, CHAT), lena, "release")
    approve(review, nora)
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.CLOSED, closed_at=clock.now())
    with pytest.raises(DomainError, match="has left"):
        approving.reopen_review(review=review, actor=who(lena), now=clock.now())


def test_nothing_undecided_or_unmade_is_approved(review: Review, lena: User, nora: User) -> None:
    document = add(review, lena, CHAT)
    with pytest.raises(DomainError, match="Decide about every document"):
        approve(review, nora)
    deciding.rule(document=document, revision=0, ruling="release", actor=who(lena), now=clock.now())
    with pytest.raises(DomainError, match="still being made"):
        approving.approve_review(review=review, digest=review_digest(review), actor=who(nora), now=clock.now())


def test_an_empty_review_holds_nothing_back(case: SubjectRequest, review: Review, lena: User) -> None:
    assert not review_open(case.pk)
    build(case, lena)
    answer(case, lena)
    send(case, lena)
    assert PreparedPackage.objects.filter(case_id=case.pk).exclude(released_at=None).exists()
    assert clock.now() - review.opened_at < dt.timedelta(days=1)
