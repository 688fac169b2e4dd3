"""/healthz and doctor: green on a sound installation, red by name for everything that is not."""

import datetime as dt
import io
import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from accounts.models import User
from privacy.audit.audit_events import LEDGER_VERIFIED
from privacy.audit.checkpoints import folder, write_checkpoint
from privacy.audit.models import Seal
from privacy.audit.sealing import seal_pending
from privacy.audit.services import record
from privacy.audit.triggers import install_triggers, lift_triggers
from privacy.jobs.models import Heartbeat, Job, JobState
from privacy.jobs.worker import pulse
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.tests.clamd import ClamServer, clam_server
from privacy.pages.readiness import sharing
from privacy.policy.triggers import install_triggers as install_policy_triggers
from privacy.policy.triggers import lift_triggers as lift_policy_triggers

__all__ = ["clam_server"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.KEPT_FILES, settings.KEPT_EVIDENCE = tmp_path / "files", tmp_path / "evidence"
    settings.KEPT_BASE_URL, settings.KEPT_SMTP_URL, settings.REDIS_URL = "https://kept.example", "", ""
    settings.WHITENOISE_USE_FINDERS = True
    monkeypatch.setattr(sharing._Mark, "next_at", 0.0)


@pytest.fixture
def sound(lena: User, nora: User, demo_policy: Any) -> None:
    """An installation that is ready: a policy, two who approve with a second factor, a worker that polls."""
    for user in (lena, nora):
        TOTP.activate(user, generate_totp_secret())
    pulse(now=clock.now())


def diagnosis() -> dict[str, dict[str, str]]:
    out = io.StringIO()
    try:
        call_command("doctor", json=True, stdout=out)
    except CommandError:
        assert not json.loads(out.getvalue())["ready"]
    else:
        assert json.loads(out.getvalue())["ready"]
    return {line["code"]: line for line in json.loads(out.getvalue())["checks"]}


def reds() -> set[str]:
    return {code for code, line in diagnosis().items() if line["light"] == "red"}


def health(path: str = "/healthz") -> tuple[int, dict[str, Any]]:
    answer = Client().get(path)
    return answer.status_code, answer.json()


def test_a_sound_installation_is_ready(sound: None) -> None:
    out = io.StringIO()
    call_command("doctor", stdout=out)
    assert "red" not in re.findall(r"^(\w+)", out.getvalue(), re.MULTILINE)
    assert health() == (200, {"ok": True, "checks": health()[1]["checks"]})
    assert health("/healthz/ok") == (200, {"ok": True})


def test_every_line_that_is_not_green_says_what_to_do(db: None) -> None:
    lines = diagnosis().values()
    assert all(line["mend"] for line in lines if line["light"] != "green")
    assert {line["code"] for line in lines if line["light"] == "red"} >= {"policy", "worker", "approvers"}


def test_red_ends_with_one(db: None) -> None:
    with pytest.raises(CommandError, match=r"Not ready: .*Worker"):
        call_command("doctor", stdout=io.StringIO())


def test_health_costs_few_queries_and_the_balancer_one(
    sound: None, django_assert_max_num_queries: DjangoAssertNumQueries, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        Job.objects.create(kind="x", idem_key=f"x{number}", state=JobState.DONE)
    with django_assert_max_num_queries(10):
        assert health()[0] == 200
    with django_assert_num_queries(1):
        assert health("/healthz/ok")[0] == 200


def test_health_names_nobody(alice: User, sound: None) -> None:
    text = json.dumps(health()[1])
    assert "@" not in text and str(alice.pk) not in text and socket.gethostname() not in text


def red_everywhere(code: str) -> None:
    """Red in the doctor's list and for the monitor, while the load balancer goes on."""
    assert reds() == {code}
    status, body = health()
    assert (status, body["ok"], body["checks"][code]["light"]) == (503, False, "red")
    assert health("/healthz/ok")[0] == 200


def test_missing_triggers(sound: None) -> None:
    connection.check_constraints()
    lift_triggers()
    red_everywhere("triggers")
    install_triggers()
    assert reds() == set()
    lift_policy_triggers()
    red_everywhere("triggers")
    install_policy_triggers()


def test_events_without_a_seal(sound: None) -> None:
    record(LEDGER_VERIFIED, actor=OPERATOR, at=clock.now() - dt.timedelta(minutes=2), events=1)
    red_everywhere("seal")


def test_a_job_that_needs_a_person(sound: None) -> None:
    Job.objects.create(kind="x", idem_key="x", state=JobState.NEEDS_HUMAN)
    red_everywhere("jobs")


def test_a_job_that_nobody_does(sound: None) -> None:
    Job.objects.create(kind="x", idem_key="x", run_after=clock.now() - dt.timedelta(minutes=11))
    red_everywhere("jobs")


def test_no_worker(sound: None) -> None:
    Heartbeat.objects.filter(name="worker").update(at=clock.now() - dt.timedelta(seconds=61))
    red_everywhere("worker")
    Heartbeat.objects.filter(name="worker").delete()
    red_everywhere("worker")


def test_a_database_behind_its_checkpoint(sound: None) -> None:
    assert write_checkpoint(now=clock.now()) or folder().exists()
    record(LEDGER_VERIFIED, actor=OPERATOR, at=clock.now(), events=1)
    seal_pending(now=clock.now())
    assert write_checkpoint(now=clock.now() + dt.timedelta(minutes=2))
    connection.check_constraints()
    lift_triggers()
    newest = Seal.objects.order_by("-number").values_list("number", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_sealmember WHERE seal_id = %s", [newest])
        cursor.execute("DELETE FROM audit_seal WHERE number = %s", [newest])
    connection.check_constraints()
    install_triggers()
    red_everywhere("checkpoint")
    assert "replay_erasures" in diagnosis()["checkpoint"]["mend"]


def test_an_unreadable_checkpoint(sound: None) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / "2099-01-01.jsonl").write_text("nonsense\n")
    red_everywhere("checkpoint")


def test_a_database_that_does_not_answer(sound: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cursor that fails as a lost server makes it fail."""
    from django.db import OperationalError

    def gone(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("connection refused to 10.0.0.1 as secretuser")

    with monkeypatch.context() as lost:
        lost.setattr(connection, "cursor", gone)
        assert health("/healthz/ok") == (503, {"ok": False})
        status, body = health()
    assert status == 503 and body["checks"]["database"]["light"] == "red"
    assert "secretuser" not in json.dumps(body)


def test_keys_that_others_may_read(sound: None, settings: Settings) -> None:
    path = Path(settings.KEPT_KEYS_FILE)
    mode = path.stat().st_mode
    try:
        path.chmod(0o644)
        assert reds() == {"keys"}
    finally:
        path.chmod(mode)
    assert reds() == set()


def test_a_migration_that_waits(sound: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'personal_data'")
    assert reds() == {"migrations"}


@pytest.mark.parametrize("setting", ["KEPT_FILES", "KEPT_EVIDENCE"])
def test_a_folder_that_cannot_be_written(sound: None, settings: Settings, tmp_path: Path, setting: str) -> None:
    (tmp_path / "file").write_text("in the way")
    setattr(settings, setting, tmp_path / "file")
    found = diagnosis()["folders"]
    assert found["light"] == "red" and setting in found["text"]


@pytest.mark.parametrize("setting", ["KEPT_FILES", "KEPT_EVIDENCE"])
def test_a_machine_that_works_with_another_folder(
    sound: None, settings: Settings, tmp_path: Path, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert diagnosis()["shared"]["light"] == "green"
    seen = getattr(settings, setting)
    setattr(settings, setting, tmp_path / "elsewhere")  # what the other machine has mounted there
    monkeypatch.setattr(sharing, "machine", lambda: "0123456789ab")
    sharing._Mark.next_at = 0.0
    sharing.leave_mark(clock.now())
    setattr(settings, setting, seen)
    found = diagnosis()["shared"]
    assert found["light"] == "red" and setting in found["text"] and "0123456789ab" in found["text"]
    Heartbeat.objects.filter(name="machine:0123456789ab").update(at=clock.now() - dt.timedelta(minutes=6))
    assert diagnosis()["shared"]["light"] == "green"  # it was taken out of service


def test_a_marked_folder_that_is_shared_is_green(sound: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "machine", lambda: "0123456789ab")
    sharing._Mark.next_at = 0.0
    sharing.leave_mark(clock.now())
    assert "2 working machines" in diagnosis()["shared"]["text"]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("address", {"DEBUG": True}),
        ("address", {"KEPT_BASE_URL": "http://privacy.example"}),
        ("demo", {"KEPT_DEMO": True}),
        ("mail", {"KEPT_SMTP_URL": "smtp://127.0.0.1:1"}),
        ("redis", {"REDIS_URL": "redis://127.0.0.1:1/0"}),
        ("scanner", {"KEPT_CLAMD": "127.0.0.1:1"}),
        ("time", {"KEPT_PROFILE": "EU-NOTHING"}),
        ("time", {"KEPT_CALENDAR": "ATLANTIS"}),
    ],
)
def test_a_bad_setting_is_red(sound: None, settings: Settings, code: str, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert reds() == {code}


def test_an_unknown_time_zone_is_red(sound: None, settings: Settings) -> None:
    settings.KEPT_TIME_ZONE = "Nowhere/Atlantis"
    found = diagnosis()["time"]
    assert found["light"] == "red" and "KEPT_TIME_ZONE" in found["text"]


def test_what_is_known_and_not_ideal_is_yellow(sound: None, settings: Settings) -> None:
    settings.KEPT_BASE_URL, settings.KEPT_DEMO = "http://localhost:8000", True
    lights = {code: line["light"] for code, line in diagnosis().items()}
    assert {code for code, light in lights.items() if light == "yellow"} == {
        "address",
        "demo",
        "mail",
        "one_click",
        "retention",
    }


def test_a_mail_server_that_listens_is_green(sound: None, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.KEPT_SMTP_URL = f"smtp://127.0.0.1:{server.getsockname()[1]}"
        assert diagnosis()["mail"]["light"] == "green"


def test_a_virus_scanner_is_tried_with_its_test_file_and_a_large_one(
    sound: None, settings: Settings, clam_server: ClamServer
) -> None:
    settings.KEPT_CLAMD = clam_server.unix
    assert diagnosis()["scanner"]["light"] == "green" and "20 MB" in diagnosis()["scanner"]["text"]
    clam_server.stop()
    clam_server.start("StreamMaxLength 1M")
    assert diagnosis()["scanner"]["light"] == "yellow"
    clam_server.stop()
    (clam_server.home / "signatures" / "kept.ndb").write_text("Kept.Nothing:0:*:deadbeefdeadbeef\n")
    clam_server.start()
    assert reds() == {"scanner"} and "freshclam" in diagnosis()["scanner"]["mend"]


@pytest.mark.redis
def test_a_redis_that_listens_is_green(sound: None, settings: Settings) -> None:
    settings.REDIS_URL = os.environ["TEST_REDIS_URL"]
    assert diagnosis()["redis"]["light"] == "green"


def test_style_sheets_that_nobody_collected(sound: None, settings: Settings, tmp_path: Path) -> None:
    settings.WHITENOISE_USE_FINDERS, settings.STATIC_ROOT = False, tmp_path / "static"
    assert reds() == {"static"}
    call_command("collectstatic", "--no-input", verbosity=0)
    assert reds() == set()
    (tmp_path / "static" / "kept" / "kept.css").write_text("old")
    assert reds() == {"static"}


def test_no_policy_nobody_to_approve_no_second_factor(lena: User) -> None:
    pulse(now=clock.now())
    assert reds() == {"policy", "approvers", "second_factor"}


def test_staff_without_a_second_factor_is_yellow_while_others_have_one(sound: None, omar: User) -> None:
    assert diagnosis()["second_factor"]["light"] == "yellow"


def test_one_who_may_approve_is_not_enough(sound: None, nora: User) -> None:
    nora.is_active = False
    nora.save(update_fields=["is_active"])
    assert reds() == {"approvers"}
