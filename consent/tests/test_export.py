"""An export proves itself in a bare interpreter, and names the first row that was altered."""

import csv
import datetime as dt
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.models import User
from consent.audit_events import EXPORTED
from consent.export.package import VERIFIER
from consent.models import ConsentEvent
from consent.services import How
from consent.signals.services import Sent, honor_signals
from consent.tests.conftest import choose
from consent.vocabulary import Door, Status
from privacy.audit.checkpoints import write_checkpoint
from privacy.audit.models import AuditEvent
from privacy.audit.sealing import seal_pending
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.canonical import digest
from privacy.kernel.plain_ed25519 import is_signed
from privacy.kernel.shipped import shipped

pytestmark = pytest.mark.django_db
Lines = list[dict[str, Any]]
PURPOSES = ("newsletter", "click_tracking", "partner_offers")


@pytest.fixture(autouse=True)
def evidence_folder(settings: Settings, tmp_path: Path) -> None:
    settings.KEPT_EVIDENCE = tmp_path / "evidence"


@pytest.fixture
def decided(alice: User, bob: User, demo_policy: Any) -> list[ConsentEvent]:
    """Nine decisions of two people under several seals, with checkpoints."""
    events: list[ConsentEvent] = []
    start = clock.now() - dt.timedelta(hours=9)
    for number, purpose in enumerate(PURPOSES * 3):
        user, at = (alice, bob)[number % 2], start + number * dt.timedelta(hours=1)
        how = How(Door.ONE_CLICK) if number > 5 else How(Door.SIGNED_IN, site="store")
        events += choose(user, purpose, allow=number < 3, now=at, how=how)
        seal_pending(now=at)
        write_checkpoint(now=at)
    assert len(events) == 9
    return events


def export(folder: Path, *more: str, first: str = "2020-01-01", last: str = "") -> Path:
    last = last or (clock.now() + dt.timedelta(days=1)).date().isoformat()
    out = folder / "export.zip"
    call_command("export_consent", "--from", first, "--to", last, "--out", str(out), *more, stdout=StringIO())
    with zipfile.ZipFile(out) as archive:
        archive.extractall(folder / "export")
    return folder / "export"


def check(folder: Path, *more: str) -> tuple[int, str]:
    """Run the verifier of the export itself: no site packages, no environment, nothing of ours on the path."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/", timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_an_export_is_whole_and_says_so(decided: list[ConsentEvent], tmp_path: Path) -> None:
    folder = export(tmp_path)
    code, said = check(folder)
    assert code == 0 and "9 decisions" in said and "The export is whole." in said, said
    assert check(folder, str(tmp_path / "export.zip"))[0] == 0
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert {one["id"] for one in events} == {str(one.pk) for one in decided}
    assert "alice" not in "".join(file.read_text() for file in folder.rglob("*.jsonl"))
    note = AuditEvent.objects.get(type=EXPORTED.code)
    archive = hashlib.sha256((tmp_path / "export.zip").read_bytes()).hexdigest()
    assert json.loads(note.payload)["sha256"] == archive and note.actor_kind == "operator"
    assert ((tmp_path / "export.zip").stat().st_mode & 0o777) == 0o600


def test_the_script_imports_nothing_but_the_standard_library(tmp_path: Path) -> None:
    script = tmp_path / "verify.py"
    script.write_text(shipped(VERIFIER))
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1], run_name='x'); "
        "print([name for name in sys.modules if name.startswith(('django', 'cryptography', 'privacy', 'consent'))])"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_for_a_spreadsheet_holds_no_formula(decided: list[ConsentEvent], tmp_path: Path) -> None:
    folder = export(tmp_path)
    table = tmp_path / "table.csv"
    assert check(folder, "--table", str(table))[0] == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert len(rows) == 9 and {row["site"] for row in rows} == {"store", ""}
    from consent.export.verify import safe

    assert [safe(text) for text in ("=1+1", "+1", "-1", "@x", "\tx", "newsletter", None)] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@x",
        "'\tx",
        "newsletter",
        "",
    ]


def change(name: str, alter: Callable[[Lines], None]) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        path = folder / name
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        alter(lines)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    return act


def flip_status(lines: Lines) -> None:
    lines[4]["status"] = "given"


def flip_status_and_hash(lines: Lines) -> None:
    """Somebody who knows how rows are hashed, but has no key."""
    event = lines[4]
    names = [name for name in event if name not in {"kind", "id", "row_hash"}]
    event["status"] = "given"
    event["row_hash"] = digest([event["kind"], event["id"], *(event[name] for name in names)])


def alter_text(lines: Lines) -> None:
    lines[0]["text"] += " And we may sell it."


def drop(place: int) -> Callable[[Lines], None]:
    def act(lines: Lines) -> None:
        del lines[place]

    return act


def backdate(lines: Lines) -> None:
    lines[2]["at"] = "2019-01-01T00:00:00.000000Z"


def other_root(lines: Lines) -> None:
    lines[1]["root"] = "0" * 64


def alter_policy(folder: Path) -> None:
    path = folder / "policies" / "2018-05-15.json"
    path.write_text(path.read_text().replace("Vtiger", "Somebody"))


def swap(lines: Lines) -> None:
    lines[0], lines[1] = lines[1], lines[0]


def add_event(lines: Lines) -> None:
    lines.append({**lines[0], "id": "00000000-0000-4000-8000-000000000000"})


def cut_tail(folder: Path) -> None:
    for name in ("seals", "leaves", "log", "events"):
        change(f"{name}.jsonl", drop(-1))(folder)


def alter_readme(folder: Path) -> None:
    (folder / "README.txt").write_text("Nothing to see here.")


def alter_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"made_at": "2', '"made_at": "1'))


TAMPERED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a decision": (change("events.jsonl", flip_status), "events.jsonl line 5: decision {4} was altered"),
    "a decision with its hash": (change("events.jsonl", flip_status_and_hash), "events.jsonl line 5: decision {4}"),
    "a decision left out": (change("events.jsonl", drop(4)), "events.jsonl line 5: decision {4}, which log.jsonl"),
    "the last decision": (change("events.jsonl", drop(8)), "decision {8}, which log.jsonl"),
    "decisions exchanged": (change("events.jsonl", swap), "events.jsonl line 1: decision {0}"),
    "a decision added": (change("events.jsonl", add_event), "events.jsonl line 10: no entry of the log vouches"),
    "an entry of the log": (change("log.jsonl", backdate), "log.jsonl line 3: entry"),
    "an entry left out": (change("log.jsonl", drop(3)), "log.jsonl line 4: the entries of seal"),
    "a seal": (change("seals.jsonl", other_root), "seals.jsonl line 2: seal 2 was altered"),
    "a seal left out": (change("seals.jsonl", drop(2)), "seals.jsonl line 3: seal 3 is missing"),
    "the newest seal": (change("seals.jsonl", drop(-1)), "leaves.jsonl line 9: there is no seal"),
    "the newest decision with all that vouches for it": (cut_tail, "is missing: the chain was cut"),
    "a leaf": (change("leaves.jsonl", lambda lines: lines[1]["leaves"].append("00" * 32)), "do not give its root"),
    "a text": (change("texts.jsonl", alter_text), "texts.jsonl line 1: the text of"),
    "a policy": (alter_policy, "the policy of 2018-05-15 was altered"),
    "a checkpoint": (
        change("checkpoints.jsonl", lambda lines: lines[0].update(total=5)),
        "checkpoints.jsonl line 1: the checkpoint of",
    ),
    "the words around it": (alter_readme, "The file README.txt was altered"),
    "the manifest": (alter_manifest, "manifest.json is not signed"),
    "a file": (lambda folder: (folder / "texts.jsonl").unlink(), "The file texts.jsonl is missing"),
}


@pytest.mark.parametrize("what", list(TAMPERED))
def test_what_was_altered_is_named(decided: list[ConsentEvent], tmp_path: Path, what: str) -> None:
    act, expected = TAMPERED[what]
    folder = export(tmp_path)
    assert check(folder)[0] == 0
    act(folder)
    code, said = check(folder)
    assert code == 1 and expected.format(*(one.pk for one in decided)) in said, said
    assert "Traceback" not in said


def test_only_one_person_and_only_some_days(
    decided: list[ConsentEvent], alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{alice.email}\n"))
    folder = export(tmp_path, "--subject", "-")
    code, said = check(folder)
    assert code == 0 and "5 decisions" in said
    (tmp_path / "days").mkdir()
    folder = export(tmp_path / "days", first="2001-01-01", last="2001-01-02")
    code, said = check(folder)
    assert code == 0 and "0 decisions" in said
    for wrong in (["--subject", "nobody@example.com"], ["--from", "2020-01-02", "--to", "2020-01-01"]):
        with pytest.raises(CommandError):
            export(tmp_path, *wrong)


def test_the_words_name_the_days_that_were_asked_for_and_every_status(
    decided: list[ConsentEvent], tmp_path: Path, settings: Settings
) -> None:
    settings.KEPT_TIME_ZONE = "Asia/Kolkata"
    words = (export(tmp_path, first="2026-08-01", last="2026-08-31") / "README.txt").read_text()
    assert "from 01 August 2026 up to and with 31 August 2026\n(days of Asia/Kolkata" in words
    assert [status for status in Status.values if status not in words] == []


def test_the_small_ed25519_agrees_with_the_library() -> None:
    for number in range(12):
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % number).digest())
        public, message = key.public_key().public_bytes_raw(), b"m" * number
        signature = key.sign(message)
        assert is_signed(public, message, signature)
        assert not is_signed(public, message + b"x", signature)
        assert not is_signed(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
        assert not is_signed(public, message, bytes([signature[0] ^ 1]) + signature[1:])
        assert not is_signed(hashlib.sha256(public).digest(), message, signature)
    assert not is_signed(b"", b"", b"") and not is_signed(b"\xff" * 32, b"", b"\x00" * 64)


def test_the_small_ed25519_knows_the_published_vectors() -> None:
    """RFC 8032, section 7.1, tests 1 to 3."""
    vectors = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            (
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            ),
        ),
    ]
    for key, message, *signature in vectors:
        assert is_signed(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex("".join(signature)))


def test_signals_that_were_honored_are_evidence_too(decided: list[ConsentEvent], alice: User, tmp_path: Path) -> None:
    sent = Sent(by="header", site="store")
    actor, now = Actor.subject(alice.subject_id), clock.now()
    assert honor_signals(subject_id=alice.subject_id, signals={"gpc"}, sent=sent, actor=actor, now=now)
    folder = export(tmp_path)
    kinds = [json.loads(line)["kind"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert "consent.SignalEvent" in kinds and check(folder)[0] == 0
    place = kinds.index("consent.SignalEvent")
    change("events.jsonl", lambda lines: lines[place].update(signal="dnt"))(folder)
    assert f"events.jsonl line {place + 1}: decision" in check(folder)[1]
