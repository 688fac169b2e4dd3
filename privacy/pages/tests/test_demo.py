"""The demo: who may enter, that the second factor is played and not skipped, that clearing leaves only evidence."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Identifier, LoginEvent, User
from consent.models import ConsentEvent, Preference
from dsr.models import Contact, HistoryRow, SubjectRequest
from privacy.audit.models import AuditEvent
from privacy.jobs.models import CapturedMail, Job, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.pages.demo.cast import DANA, LENA, present_roles
from privacy.pages.demo.entering import make_link
from privacy.pages.demo.installing import install_demo, key_file


@pytest.fixture
def demo(db: None, settings: Settings, tmp_path: Path) -> Settings:
    """Demo mode with its people on stage, in a home of its own."""
    settings.KEPT_DEMO = True
    settings.KEPT_HOME = tmp_path
    settings.KEPT_DEMO_FILE = tmp_path / "demo"
    settings.KEPT_DEMO_FILE.write_text("http://localhost:8000")
    install_demo(now=clock.now())
    return settings


def test_every_row_that_the_demo_inserts_is_marked(demo: Settings) -> None:
    run_until_empty()
    for model in (
        AuditEvent,
        ConsentEvent,
        HistoryRow,
        SubjectRequest,
        User,
        Identifier,
        LoginEvent,
        Job,
        OutboxMessage,
    ):
        assert model.objects.exists()
        assert not model.objects.filter(is_demo=False).exists(), model


def test_setting_the_stage_twice_adds_nothing(demo: Settings) -> None:
    before = (User.objects.count(), SubjectRequest.objects.count(), AuditEvent.objects.count())
    assert install_demo(now=clock.now()) is False
    assert (User.objects.count(), SubjectRequest.objects.count(), AuditEvent.objects.count()) == before


def test_who_was_erased_while_playing_does_not_come_back(demo: Settings) -> None:
    """A restart goes on without them: nobody is made anew, and no link leads to nobody."""
    link, before = make_link(DANA), User.objects.count()
    User.objects.filter(email=DANA.email).update(email="erased@kept.invalid", is_active=False)
    assert install_demo(now=clock.now()) is False and User.objects.count() == before
    assert DANA not in present_roles() and LENA in present_roles()
    assert Client().post(link).status_code == 410


def test_a_link_by_get_changes_nothing_and_works_once(demo: Settings) -> None:
    path = make_link(LENA)
    scanner, person, second = Client(), Client(), Client()
    for _ in range(3):
        assert "Enter as Lena" in scanner.get(path).content.decode()
    assert "_auth_user_id" not in scanner.session
    assert person.post(path).headers["Location"] == "/accounts/2fa/authenticate/"
    assert second.post(path).status_code == 410


def test_staff_play_the_second_factor_with_the_code_on_the_page(demo: Settings) -> None:
    client = Client()
    assert client.post("/demo/as/lena/", {"next": "/console/"}).headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/console/").status_code == 302  # not in yet
    page = client.get("/accounts/2fa/authenticate/").content.decode()
    code = re.search(r'id="demo-code">(\d{6})<', page)
    assert code
    entered = client.post("/accounts/2fa/authenticate/", {"code": code.group(1)})
    assert entered.headers["Location"] == "/console/"
    assert client.get("/console/").status_code == 200
    again = Client()
    again.post("/demo/as/lena/")
    shown = again.get("/accounts/2fa/authenticate/").content.decode()
    assert code.group(1) not in shown  # a used code is not offered again


@pytest.mark.parametrize(
    "elsewhere",
    [{"REMOTE_ADDR": "192.0.2.8"}, {"REMOTE_ADDR": "not an address"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.8"}],
)
def test_from_elsewhere_there_is_no_demo_door_and_no_code(demo: Settings, elsewhere: dict[str, str]) -> None:
    here = Client()
    here.post("/demo/as/lena/")
    there = Client(**elsewhere)  # type: ignore[arg-type]  # WSGI keys
    there.cookies = here.cookies
    assert "demo-code" not in there.get("/accounts/2fa/authenticate/").content.decode()
    for path in ("/demo/mail/", make_link(LENA)):
        assert there.get(path).status_code == 404
    assert there.post("/demo/as/dana/").status_code == 404
    assert "dana" not in there.get("/").content.decode().lower()


def test_without_demo_mode_the_doors_do_not_exist(db: None) -> None:
    client = Client()
    assert client.get("/demo/mail/").status_code == 404
    assert client.post("/demo/as/dana/").status_code == 404
    assert "Your data, your choice" in client.get("/").content.decode()
    with pytest.raises(CommandError, match="make run"):
        call_command("story", "erik.demo@example.com")


def test_switching_back_to_a_page_elsewhere_is_refused(demo: Settings) -> None:
    answer = Client().post("/demo/as/dana/", {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/preferences/"


def test_the_mail_page_links_only_to_ourselves(demo: Settings) -> None:
    run_until_empty()
    page = Client().get("/demo/mail/").content.decode()
    assert "gita.demo@example.com" in page
    assert "mailto:" not in page
    bodies = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    links = [link for body in bodies for link in re.findall(r'href="([^"]*)"', body)]
    assert links
    assert all(link.startswith("http://localhost:8000/") for link in links)


def test_the_first_page_tells_the_story_and_what_the_rows_say(demo: Settings) -> None:
    client = Client()
    page = client.get("/").content.decode()
    assert page.count('<li class="card') == 6
    assert "The decision API answers now: allow." in page
    assert key_file().read_text() in page
    client.post("/demo/as/dana/")
    client.post("/preferences/", {"purpose": "click_tracking", "choice": "no"})
    assert "The decision API answers now: deny." in client.get("/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_story_runs_in_a_terminal_and_clearing_leaves_only_evidence(
    transactional_db: None, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.KEPT_DEMO, settings.KEPT_HOME, settings.KEPT_DEMO_FILE = True, tmp_path, tmp_path / "demo"
    settings.KEPT_DEMO_FILE.write_text("http://localhost:8000")
    install_demo(now=clock.now())
    call_command("story", "erik.demo@example.com", right="erasure")
    told = capsys.readouterr().out
    assert "Nora Lind approved exactly that plan" in told
    assert "Sample shop" in told
    assert "PROOF" in told
    evidence = (ConsentEvent.objects.count(), HistoryRow.objects.count(), AuditEvent.objects.count())
    call_command("clear_demo")
    assert (ConsentEvent.objects.count(), HistoryRow.objects.count()) == evidence[:2]
    assert AuditEvent.objects.count() == evidence[2] + 1  # the clearing itself
    assert not AuditEvent.objects.filter(is_demo=False).exists()
    for model in (User, Identifier, LoginEvent, SubjectRequest, Contact, CapturedMail, OutboxMessage, Preference, Job):
        assert not model.objects.exists(), model
    assert list(tmp_path.glob("*")) == []
    call_command("verify_ledger")


def test_clearing_leaves_real_rows_alone(demo: Settings) -> None:
    demo.KEPT_DEMO = False
    real = User.objects.create_user("ada@example.org", "correct horse battery")
    assert not real.is_demo
    call_command("clear_demo")
    assert list(User.objects.values_list("email", flat=True)) == ["ada@example.org"]
