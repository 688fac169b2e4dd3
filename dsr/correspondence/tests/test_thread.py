"""The thread of a case: what was said, by whom and when, and who may read it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User
from dsr.correspondence.models import Attachment, Message
from dsr.correspondence.selectors import thread_of
from dsr.correspondence.services import STORE, GivenFile, Said, add_message, note_bounce, original_of, sweep_files
from dsr.correspondence.tests.posting import our_letter
from dsr.models import CaseNote, HistoryRow, SubjectRequest
from dsr.states import Channel
from privacy.jobs.models import OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.keyring import UnreadableValue
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100_000


def page_of(case: SubjectRequest) -> str:
    return f"/console/dsr/subjectrequest/{case.pk}/change/"


def say(case: SubjectRequest, text: str, *, actor: Actor = SYSTEM, **more: Any) -> Message:
    said = Said(**{"medium": "mail", "at": clock.now(), "text": text, **more})
    return add_message(subject_request=case, said=said, actor=actor, now=clock.now())


def test_all_that_was_said_stands_in_one_order_of_time(make_case: MakeCase) -> None:
    case, now = make_case(), clock.now()
    CaseNote.objects.create(subject_request=case, kind="message", text="Please erase.", created_at=now)
    our_letter(case, kind="extension", text="It takes longer.")
    say(case, "How long?", at=clock.now() + dt.timedelta(hours=2))
    CaseNote.objects.create(subject_request=case, kind="staff", text="Rude.", created_at=now + dt.timedelta(hours=3))
    entries = thread_of(case, with_staff_notes=True)
    assert [(each.by, each.text) for each in entries] == [
        ("them", "Please erase."),
        ("us", "It takes longer."),
        ("them", "How long?"),
        ("staff", "Rude."),
    ]
    assert [each.text for each in thread_of(case)] == ["Please erase.", "It takes longer.", "How long?"]


@pytest.mark.parametrize("channel", Channel)
def test_the_case_page_opens_by_whichever_channel_a_request_came(
    channel: Channel, make_case: MakeCase, lena: User
) -> None:
    case = make_case(channel=channel)
    CaseNote.objects.create(subject_request=case, kind="message", text="Please erase.", created_at=clock.now())
    page = signed_in(lena).get(page_of(case))
    assert page.status_code == 200 and "Please erase." in page.content.decode()
    [entry] = thread_of(case)
    assert entry.medium


def test_the_person_never_reads_a_note_or_words_of_another_address(make_case: MakeCase) -> None:
    case = make_case()
    say(case, "I am her lawyer", is_theirs=False)
    CaseNote.objects.create(subject_request=case, kind="staff", text="Check this one", created_at=clock.now())
    assert thread_of(case) == [] and len(thread_of(case, with_staff_notes=True)) == 2


def test_the_same_mail_enters_a_case_once(make_case: MakeCase) -> None:
    case = make_case()
    first = say(case, "Hello", source_key="a" * 64)
    assert say(case, "Hello", source_key="a" * 64) == first and Message.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():  # of two at once, too
        Message.objects.create(subject_request=case, medium="mail", at=clock.now(), source_key="a" * 64)
    other = make_case()
    assert say(other, "Hello", source_key="a" * 64) != first


def test_files_lie_sealed_and_go_with_their_rows(make_case: MakeCase) -> None:
    case = make_case()
    say(case, "See the scan", files=[GivenFile("../../etc/pass\r\nwd.exe", PNG), GivenFile("empty.pdf", b"")])
    scan, empty = Attachment.objects.all()
    assert (scan.media_type, scan.size, scan.name) == ("image/png", len(PNG), "../../etc/pass wd.exe")
    assert b"".join(original_of(scan)) == PNG and empty.why_not == "empty" and not empty.file
    raw = (STORE.path / scan.file).read_bytes()
    assert PNG[:8] not in raw and (STORE.path / scan.file).stat().st_mode & 0o077 == 0
    later = clock.now() + dt.timedelta(days=2)
    assert sweep_files(now=later) == 0
    Attachment.objects.all().delete()
    assert sweep_files(now=clock.now()) == 0  # it may just be under way
    assert sweep_files(now=later) == 1
    with pytest.raises(UnreadableValue):
        b"".join(original_of(scan))


def test_a_full_disk_keeps_nothing_and_says_so(make_case: MakeCase, settings: Settings, tmp_path: object) -> None:
    case = make_case()
    (STORE.path.parent / "blocked").write_text("")
    settings.KEPT_FILES = STORE.path.parent / "blocked"  # a file where a folder must be: nothing can be written
    with pytest.raises(DomainError) as error:
        say(case, "See the scan", files=[GivenFile("a.png", PNG)])
    assert error.value.code == "disk_full" and not Message.objects.exists()


def test_more_files_than_are_kept_are_noted(make_case: MakeCase) -> None:
    say(make_case(), "Many", files=[GivenFile(f"{n}.png", PNG[:50]) for n in range(25)])
    assert Attachment.objects.count() == 21 and Attachment.objects.last().why_not == "too_many"  # type: ignore[union-attr]  # there are


def test_a_letter_that_came_back_says_so(make_case: MakeCase, lena: User) -> None:
    case = make_case()
    letter = our_letter(case, kind="extension", text="It takes longer.")
    run_until_empty()
    assert letter.outbox_id and [each.state for each in thread_of(case)] == ["left by mail"]
    facts = {"subject_request": case, "outbox_id": letter.outbox_id, "code": "5.1.1", "at": clock.now()}
    assert note_bounce(**facts, actor=SYSTEM, now=clock.now()) is True  # type: ignore[arg-type]  # named above
    assert note_bounce(**facts, actor=SYSTEM, now=clock.now()) is False  # type: ignore[arg-type]  # named above
    (entry,) = thread_of(case)
    assert entry.has_failed and entry.state == "came back from the mail server 5.1.1"
    assert HistoryRow.objects.filter(kind="mail_bounced", detail="5.1.1").count() == 1
    assert "came back from the mail server 5.1.1" in signed_in(lena).get(page_of(case)).content.decode()


def test_staff_read_mark_and_write_down(make_case: MakeCase, lena: User) -> None:
    case, client = make_case(), signed_in(lena)
    say(case, "<script>alert(1)</script> how long?")
    page = client.get(page_of(case)).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "I have read what is new" in page and ">new<" in page
    assert case.reference in client.get("/console/dsr/subjectrequest/?message=new").content.decode()
    assert Message.objects.get().seen_at is None  # reading the page alone says nothing
    client.post(f"/console/dsr/subjectrequest/{case.pk}/seen/")
    assert Message.objects.get().seen_at and "I have read what is new" not in client.get(page_of(case)).content.decode()
    assert case.reference not in client.get("/console/dsr/subjectrequest/?message=new").content.decode()
    day = clock.local_date(clock.now(), "Asia/Kolkata")
    door = f"/console/dsr/subjectrequest/{case.pk}/message/"
    values = {"direction": "out", "medium": "phone", "said_on": day.isoformat(), "text": "We called and explained."}
    assert client.post(door, values).status_code == 302
    assert client.post(door, {**values, "is_staff_note": "on", "text": "She was upset."}).status_code == 302
    late = client.post(door, {**values, "said_on": (day + dt.timedelta(days=1)).isoformat()})
    assert "cannot lie in the future" in late.content.decode()
    kinds = set(HistoryRow.objects.values_list("kind", flat=True))
    assert {"message_received", "messages_seen", "message_sent", "staff_note"} <= kinds
    assert [each.text for each in thread_of(case)][-1] == "We called and explained."


def test_who_may_not_work_on_requests_reaches_nothing(make_case: MakeCase, omar: User, mallory: User) -> None:
    case = make_case()
    say(case, "Hello")
    for person in (omar, mallory):
        client = signed_in(person)
        for door in ("seen", "message"):
            assert client.post(f"/console/dsr/subjectrequest/{case.pk}/{door}/").status_code in {302, 403}
    assert Message.objects.get().seen_at is None and Message.objects.count() == 1


def test_the_number_of_queries_does_not_grow(
    make_case: MakeCase, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    case = make_case()
    for number in range(5):
        say(case, f"Message {number}", files=[GivenFile("a.png", PNG[:60])])
        our_letter(case, kind=f"letter{number}", text="Hello")
    with django_assert_num_queries(1):
        assert len(thread_of(case, with_staff_notes=True)) == 10
    assert OutboxMessage.objects.count() == 5


def test_words_and_names_are_encrypted_where_they_lie(make_case: MakeCase) -> None:
    say(make_case(), "my secret", subject_line="about me", files=[GivenFile("me.png", PNG[:60])], noted_by=None)
    rows = [*Message.objects.values_list("text", "subject_line"), *Attachment.objects.values_list("name", "file_key")]
    assert all("me" not in str.__str__(value)[:4] for row in rows for value in row)


def test_actors_of_a_note_are_kept(make_case: MakeCase, lena: User) -> None:
    case = make_case()
    say(case, "A call", medium="phone", noted_by=lena.pk, actor=Actor.staff(lena.pk))
    assert Message.objects.get().noted_by == lena.pk
    assert HistoryRow.objects.get(kind="message_received").actor_id == lena.pk
