"""A package leaves by mail or post only locked, and its code another way, which is kept nowhere afterwards."""

import datetime as dt
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from accounts.models import User
from dsr.leaving import rules
from dsr.leaving.archives import locked_parts
from dsr.leaving.models import Departure
from dsr.leaving.services import STORE, sweep_departures
from dsr.models import HistoryRow, SubjectRequest
from dsr.states import Right
from dsr.tests.conftest import Shop
from dsr.tests.test_answering import answer, build, send
from privacy.jobs.models import CapturedMail, OutboxMessage
from privacy.jobs.tests.test_outbox import Server, raw_of
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.personal_data.leaks.models import LeakFinding
from privacy.personal_data.models import PreparedPackage
from privacy.testing.cast import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
DAY = dt.timedelta(days=1)


@pytest.fixture
def case(asking: MakeCase, shop: Shop, lena: User, tmp_path: Path, settings: Any) -> SubjectRequest:
    """An answered request for access, whose package is released."""
    settings.KEPT_FILES = tmp_path / "files"
    contact = {"name": "Alice", "email": "alice@example.com", "phone": "+441", "postal": "1 Road, London"}
    found = asking(Right.ACCESS, contact=contact)
    build(found, lena)
    answer(found, Right.ACCESS, lena)
    send(found, lena)
    run_until_empty()
    return found


class Desk:
    """Lena at the page."""

    def __init__(self, case: SubjectRequest, user: User) -> None:
        self.browser = signed_in(user)
        self.browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
        self.path = f"/console/dsr/subjectrequest/{case.pk}/package/away/"

    def page(self) -> str:
        return str(self.browser.get(self.path).content.decode())

    def lock(self, way: str, code_by: str) -> str:
        answered = self.browser.post(self.path, {"act": "send", "way": way, "code_by": code_by})
        run_until_empty()
        return str(answered.content.decode())

    def act(self, act: str) -> Any:
        return self.browser.post(self.path, {"act": act, "row": str(Departure.objects.all()[0].pk)})

    def code(self) -> str:
        lines = self.act("code").content.decode().split("</pre>")[0].splitlines()
        return str(lines[-1])


@pytest.fixture
def desk(case: SubjectRequest, lena: User) -> Desk:
    return Desk(case, lena)


def opened(data: bytes, code: str) -> list[str]:
    """The names within the package within the archive."""
    with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
        (name,) = archive.namelist()
        with pytest.raises(RuntimeError):
            archive.read(name)
        with pytest.raises(RuntimeError):
            archive.read(name, pwd=b"WRONG")
        inner = archive.read(name, pwd=code.encode())
    with zipfile.ZipFile(io.BytesIO(inner)) as package:
        return package.namelist()


def kinds() -> list[str]:
    return list(HistoryRow.objects.filter(kind__startswith="package_").order_by("at").values_list("kind", flat=True))


@pytest.mark.promise(74)
def test_the_archive_by_mail_and_its_code_by_phone(desk: Desk, case: SubjectRequest, server: Server) -> None:
    desk.lock("mail", "phone")
    mail = message_from_bytes(raw_of(server.mails[-1]), policy=policy.default)
    (file,) = mail.iter_attachments()
    data = file.get_content()
    code = desk.code()
    assert "manifest.json" in opened(data, code)
    assert code not in str(mail) and Departure.objects.get().code == ""
    assert "shown already" in desk.browser.get(desk.act("code").headers["Location"]).content.decode()
    desk.act("told")
    assert Departure.objects.get().code_given_at
    assert kinds() == ["package_locked", "package_mailed", "package_code_shown", "package_code_given"]
    assert len([each for each in server.mails if b"locked.zip" in raw_of(each)]) == 1
    assert not OutboxMessage.objects.exclude(recipient="").exists()


def test_our_copy_goes_once_the_mail_server_has_the_archive_and_its_code_is_still_handed_over(
    desk: Desk, server: Server, django_capture_on_commit_callbacks: Any
) -> None:
    desk.lock("mail", "phone")
    mail = OutboxMessage.objects.get(template="dsr.package_archive")
    OutboxMessage.objects.filter(pk=mail.pk).update(state="uncertain")  # it may have to be sent again
    assert sweep_departures(now=clock.now())["left"] == 0 and Departure.objects.get().file
    OutboxMessage.objects.filter(pk=mail.pk).update(state="sent")
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_departures(now=clock.now()) == {"ended": 0, "left": 1, "files": 0}
    row = Departure.objects.get()
    assert (row.state, row.file, row.file_key) == ("ready", "", "") and not list(STORE.path.iterdir())
    (file,) = message_from_bytes(raw_of(server.mails[-1]), policy=policy.default).iter_attachments()
    assert "manifest.json" in opened(file.get_content(), desk.code())


@pytest.mark.promise(74)
def test_the_archive_on_a_medium_and_its_code_by_mail_once_it_is_posted(desk: Desk, case: SubjectRequest) -> None:
    desk.lock("medium", "mail")
    before = CapturedMail.objects.count()
    assert "by mail" in desk.browser.get(desk.act("code").headers["Location"]).content.decode()
    desk.act("posted")
    assert Departure.objects.get().sent_at is None  # nobody burnt it
    data = b"".join(desk.act("archive").streaming_content)
    desk.act("posted")
    run_until_empty()
    assert CapturedMail.objects.count() == before + 1
    text = CapturedMail.objects.latest("created_at").text
    row = Departure.objects.get()
    code = next(line.strip() for line in text.splitlines() if line.count("-") == rules.GROUPS - 1 and len(line) < 40)
    assert "index.html" in opened(data, code)
    assert (row.code, row.file, row.taken_out) == ("", "", 1)
    assert OutboxMessage.objects.get(template="dsr.package_code").secret_text == ""
    assert kinds()[1:] == ["package_taken_out", "package_code_given", "package_posted"]
    assert b"PK" not in desk.act("archive").content


@pytest.mark.parametrize(
    ("way", "code_by", "missing", "said"),
    [
        ("mail", "mail", "", "another way than the archive"),
        ("medium", "post", "", "another way than the archive"),
        ("mail", "post", "postal", "No postal address"),
        ("mail", "phone", "phone", "No phone number"),
        ("medium", "mail", "email", "No email address"),
    ],
)
def test_never_both_by_one_way_nor_to_nowhere(
    desk: Desk, case: SubjectRequest, way: str, code_by: str, missing: str, said: str
) -> None:
    if missing:
        setattr(case.contact, missing, "")
        case.contact.save()
    assert said in desk.lock(way, code_by) and not Departure.objects.exists()


def test_what_a_mail_cannot_carry_is_told_with_the_way_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_BY_MAIL", 100)
    assert "Send it on a medium by post" in desk.lock("mail", "phone")
    assert not Departure.objects.exists()


def test_locked_again_the_old_code_is_worth_nothing(desk: Desk) -> None:
    desk.lock("medium", "phone")
    first = b"".join(desk.act("archive").streaming_content)
    desk.lock("medium", "phone")
    new, old = Departure.objects.all()
    assert (old.state, old.code, old.file) == ("ended", "", "") and new.state == "ready"
    code = desk.code()
    assert opened(b"".join(desk.act("archive").streaming_content), code)
    with pyzipper.AESZipFile(io.BytesIO(first)) as archive, pytest.raises(RuntimeError):
        archive.read(archive.namelist()[0], pwd=code.encode())


@pytest.mark.django_db(transaction=True)
def test_on_its_day_code_and_file_go(desk: Desk) -> None:
    desk.lock("medium", "phone")
    row = Departure.objects.get()
    assert row.code and list(STORE.path.iterdir())
    sweep_departures(now=row.ends_at - DAY)
    assert Departure.objects.get().state == "ready"
    sweep_departures(now=row.ends_at)
    row.refresh_from_db()
    assert (row.state, row.code, row.file, row.file_key) == ("ended", "", "", "") and not list(STORE.path.iterdir())
    assert desk.act("code").status_code == 302


def test_what_may_not_leave_and_who_may_not_send(desk: Desk, case: SubjectRequest, mallory: User) -> None:
    assert signed_in(mallory).get(desk.path).status_code in {302, 403}
    SubjectRequest.objects.filter(pk=case.pk).update(identity_level="V0")
    assert "Confirm who asks first" in desk.lock("mail", "phone")
    SubjectRequest.objects.filter(pk=case.pk).update(identity_level=case.identity_level)
    package = PreparedPackage.objects.get(case_id=case.pk)
    LeakFinding.objects.create(package=package, kind="email", place="data/shop/orders", row=1, column="x", times=1)
    assert "in the package" in desk.lock("mail", "phone") and not Departure.objects.exists()


def test_another_cases_archive_is_not_handed_out(desk: Desk, make_case: MakeCase, lena: User) -> None:
    desk.lock("medium", "phone")
    other = Desk(make_case(), lena)
    assert other.act("archive").status_code == 302 and other.act("code").status_code == 302
    assert Departure.objects.get().taken_out == 0


def test_the_page_asks_a_fixed_number_of_questions(desk: Desk, django_assert_max_num_queries: Any) -> None:
    desk.lock("medium", "phone")
    assert "Fetch the archive to burn" in desk.page()
    with django_assert_max_num_queries(14):
        desk.page()


def test_memory_does_not_grow_with_the_package() -> None:
    def peak(blocks: int) -> int:
        tracemalloc.start()
        chunks = (bytes(1 << 16) for _ in range(blocks))
        for _part in locked_parts(chunks, name="x.zip", code=rules.new_code()):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(400) < peak(20) + (1 << 18)  # 25 MB against 1.3


@pytest.mark.parametrize(
    ("way", "code_by", "comes", "code"),
    [
        ("mail", "post", "comes by email", "in a letter by post"),
        ("mail", "phone", "comes by email", "by phone"),
        ("medium", "mail", "on a medium by post", "by email, once the medium is in the post"),
        ("medium", "phone", "on a medium by post", "by phone"),
    ],
)
def test_a_letter_says_how_the_package_comes_and_how_its_code(
    desk: Desk, case: SubjectRequest, way: str, code_by: str, comes: str, code: str
) -> None:
    assert "the code that opens it another way" in case.letters.get(kind="answer").text
    desk.lock(way, code_by)
    letter = case.letters.get(kind="package_way")
    assert comes in letter.text and code in letter.text and case.reference in letter.text
    row = HistoryRow.objects.get(kind="letter_written", detail__startswith="package_way")
    assert row.detail == "package_way:mail" and letter.outbox_id
    assert Departure.objects.get().code not in letter.text or not Departure.objects.get().code
