"""By each channel from the first word to the answer in the person's hands, counted from the day that it reached us."""

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from accounts.models import User
from dsr.leaving.services import send_away, show_code, take_archive
from dsr.models import HistoryRow, Letter, SubjectRequest
from dsr.states import Right, State
from dsr.tests import test_hostile_names as doors
from dsr.tests.doors import open_filings
from dsr.tests.test_answering import answer, build, send
from privacy.jobs.tests.test_outbox import Server
from privacy.jobs.tests.test_outbox import server as server  # noqa: PLC0414 - the fixture
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
CHANNELS = {
    "web": doors.by_the_form,
    "account": doors.by_the_account,
    "mail": doors.by_mail,
    "api": doors.over_the_api,
}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


def is_answered(case: SubjectRequest, package: bytes, channel: str) -> None:
    case.refresh_from_db()
    assert (case.state, case.channel) == (State.CLOSED, channel) and case.subject_id and case.due_on
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert "manifest.json" in archive.namelist()
        assert b"alice@example.com" in b"".join(archive.read(name) for name in archive.namelist())
    kinds = list(HistoryRow.objects.filter(subject_request_id=case.pk).values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("filed", "closed")] == [1, 1]
    assert Letter.objects.filter(subject_request=case, kind="answer").count() == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_from_the_persons_own_word_to_the_download(
    channel: str, alice: User, omar: User, lena: User, server: Server
) -> None:
    assert CHANNELS[channel]("Alice Example", alice, omar, server) < 400
    open_filings()
    case = doors.confirmed(SubjectRequest.objects.get(), server, lena)
    is_answered(case, doors.answered(case, lena), channel)


@pytest.mark.parametrize("channel", ["phone", "chat", "mail", "post"])
def test_from_the_desk_to_the_download(channel: str, alice: User, omar: User, lena: User, server: Server) -> None:
    day = clock.local_date(clock.now(), "Asia/Kolkata") - dt.timedelta(days=6)
    values = {"rights": ["access"], "channel": channel, "received_on": day.isoformat(), "name": "Alice"}
    values |= {"email": doors.EMAIL, "identity_level": "V0", "message": "A copy of my data, please."}
    assert signed_in(omar).post("/desk/", values).status_code == 302
    case = doors.confirmed(SubjectRequest.objects.get(), server, lena)
    assert clock.local_date(case.received_at, "Asia/Kolkata") == day
    is_answered(case, doors.answered(case, lena), channel)


def test_by_post_alone_from_the_letter_to_the_medium(alice: User, omar: User, lena: User, server: Server) -> None:
    """Somebody without a mailbox: every letter is printed, the package leaves on a medium, its code by phone."""
    day = clock.local_date(clock.now(), "Asia/Kolkata") - dt.timedelta(days=6)
    values = {"rights": ["access"], "channel": "post", "received_on": day.isoformat(), "name": "Alice"}
    values |= {"postal": "1 Road\nLondon", "phone": "+442071234567", "identity_level": "V0", "message": "A copy."}
    assert signed_in(omar).post("/desk/", values).status_code == 302
    case = doors.confirmed(SubjectRequest.objects.get(), server, lena)
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    legal = Actor.staff(lena.pk)
    row = send_away(subject_request=case, way="medium", code_by="phone", actor=legal, now=clock.now())
    run_until_empty()
    which = {"departure": row.pk, "case": case, "actor": legal, "now": clock.now()}
    code, archive = show_code(**which), b"".join(take_archive(**which))  # type: ignore[arg-type]  # one dict of all
    with pyzipper.AESZipFile(io.BytesIO(archive)) as locked:
        (name,) = locked.namelist()
        inner = locked.read(name, pwd=code.encode())
    with zipfile.ZipFile(io.BytesIO(inner)) as package:
        assert "manifest.json" in package.namelist()
    case.refresh_from_db()
    assert case.state == State.CLOSED and case.channel == "post"
    assert not [mail for mail in server.mails if mail.rcpt_tos != [lena.email]]  # nothing went by mail to the person
    assert set(Letter.objects.values_list("outbox_id", flat=True)) == {None}
