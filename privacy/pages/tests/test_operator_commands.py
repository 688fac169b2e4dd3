"""collect and erase_preview: what an operator gets, and what the log says about it."""

import csv
import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.personal_data import guards
from privacy.personal_data.contract import Found, Handler, HandlerUnavailable, Person, Record, handlers
from privacy.personal_data.models import CollectedPackage
from privacy.personal_data.package import check_package, csv_cell

pytestmark = pytest.mark.django_db
WHY = "complaint of 3 May"


@pytest.fixture(autouse=True)
def guard_that_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_guards", {"none": lambda person, table, keys: {}})


@pytest.fixture
def shop(tmp_path: Path) -> None:
    from privacy.connectors.sample import build_sample_shop

    call_command("connect", str(build_sample_shop(tmp_path / "shop.sqlite")), stdout=io.StringIO())


def collect(address: str, out: Path, **options: Any) -> zipfile.ZipFile:
    call_command("collect", address, out=str(out), reason=WHY, stdout=io.StringIO(), **options)
    return zipfile.ZipFile(out)


def test_a_person_only_the_shop_knows_gets_a_signed_package(shop: None, tmp_path: Path) -> None:
    out = tmp_path / "p.zip"
    with collect("Dana.Demo@example.com", out) as package:
        manifest = json.loads(package.read("manifest.json"))
        customers = json.loads(package.read("data/shop/customers.json"))
        index = package.read("index.html").decode()
        sheet = list(csv.DictReader(io.StringIO(package.read("data/shop/customers.csv").decode())))
        everything = b"".join(package.read(name) for name in package.namelist()).decode()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [each["full_name"] for each in customers] == ["Dana Demo"]
    assert sheet[0]["phone"] == "'+49 30 5550101"
    assert manifest["complete"] and manifest["rows"] == sum(
        each["rows"] for each in manifest["files"] if each["path"].endswith(".json")
    )
    assert "Lindenweg 4" in index and "<script" not in index
    assert "lager" not in everything.lower() and "pbkdf2" not in everything
    assert check_package(io.BytesIO(out.read_bytes())) == []
    assert list(tmp_path.glob(".p.zip*")) == []


def test_the_act_is_audited_and_the_reason_stands_apart(alice: User, tmp_path: Path) -> None:
    collect("alice@example.com", tmp_path / "p.zip").close()
    event = AuditEvent.objects.get(type="pages.collected")
    assert (event.actor_kind, event.subject_id) == ("operator", alice.subject_id)
    assert WHY not in event.payload and "alice" not in event.payload
    assert CollectedPackage.objects.get().reason == WHY


def test_the_package_of_a_user_holds_our_own_tables_and_nobody_else(alice: User, bob: User, tmp_path: Path) -> None:
    with collect("alice@example.com", tmp_path / "p.zip") as package:
        text = b"".join(package.read(name) for name in package.namelist()).decode()
    assert "alice@example.com" in text
    assert "bob@example.com" not in text


def test_the_address_may_come_on_standard_input(alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("alice@example.com\n"))
    collect("-", tmp_path / "p.zip").close()
    assert CollectedPackage.objects.get().subject_id == alice.subject_id


@pytest.mark.parametrize(
    ("address", "out", "reason", "says"),
    [
        ("not an address", "p.zip", WHY, "email address"),
        ("alice@example.com", "p.zip", " ", "Say why"),
        ("alice@example.com", "nowhere/p.zip", WHY, "choose another --out"),
        ("alice@example.com", ".", WHY, "choose another --out"),
    ],
)
def test_what_cannot_be_used_is_refused(
    alice: User, tmp_path: Path, address: str, out: str, reason: str, says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("collect", address, out=str(tmp_path / out), reason=reason)
    assert not AuditEvent.objects.filter(type="pages.collected").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_silent_system_stops_the_package_or_is_named_in_it(shop: None, tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").unlink()
    out = tmp_path / "p.zip"
    with pytest.raises(CommandError, match="Sample shop did not answer"):
        collect("dana.demo@example.com", out)
    assert not out.exists()
    with collect("dana.demo@example.com", out, incomplete=True, stderr=io.StringIO()) as package:
        assert json.loads(package.read("manifest.json"))["complete"] is False
        assert "did not answer" in package.read("index.html").decode()


class Odd(Handler):
    """A system with names and values that somebody chose to do harm."""

    key, system, label, is_transactional = "odd", "../odd", "<b>Odd</b>", False

    def find(self, person: Person) -> list[Found]:
        return [Found("../../etc", 2), Found("none", 0)]

    def export(self, person: Person) -> Iterator[Record]:
        yield Record("../../etc", "user", {"a": "=HYPERLINK(1)", "n": -5})
        yield Record("../../etc", "user", {"a": "<script>x</script>", "more": {"k": 1}})
        yield Record("__/__/etc", "user", {"a": "same place"})

    def plan(self, *args: Any, **options: Any) -> Any:
        raise HandlerUnavailable("down")

    apply_chunk = verify = plan


def test_names_and_values_of_a_hostile_system_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_sources", [lambda: [Odd()]])
    with collect("dana.demo@example.com", tmp_path / "p.zip") as package:
        names = package.namelist()
        index = package.read("index.html").decode()
        sheet = package.read(next(name for name in names if name.endswith("etc.csv"))).decode()
    assert all(".." not in name and not name.startswith("/") for name in names)
    assert len([name for name in names if name.startswith("data/")]) == 4
    assert "<script>" not in index and "<b>Odd" not in index
    assert list(csv.reader(io.StringIO(sheet))) == [
        ["a", "n", "more"],
        ["'=HYPERLINK(1)", "-5", ""],
        ["<script>x</script>", "", '{"k": 1}'],
    ]
    assert check_package(io.BytesIO((tmp_path / "p.zip").read_bytes())) == []


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\r=1", "\uff1d1", "|x", "%x"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert str(csv_cell(text)).startswith("'")


def test_a_package_that_was_changed_shows_it(alice: User, tmp_path: Path) -> None:
    collect("alice@example.com", tmp_path / "p.zip").close()
    with zipfile.ZipFile(tmp_path / "p.zip") as old, zipfile.ZipFile(tmp_path / "q.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b" " if name == "index.html" else b""))
    with (tmp_path / "q.zip").open("rb") as file:
        assert check_package(file) == ["index.html was changed."]


def preview(address: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("erase_preview", address, json=True, stdout=out)
    data: dict[str, Any] = json.loads(out.getvalue())
    return data


def test_the_preview_lists_erased_retained_and_not_found(shop: None, alice: User) -> None:
    data = preview("dana.demo@example.com")
    shop_tables = next(each for each in data["systems"] if each["system"] == "shop")["tables"]
    assert {each["table"]: each["outcome"] for each in shop_tables if each["table"] != "orders"} == {
        "support_notes": "erased",
        "order_lines": "retained",
        "customers": "erased",
        "staff": "not_found",
    }
    assert data["is_known"] is False
    assert preview("alice@example.com")["is_known"] is True


def test_the_preview_touches_nothing_names_nobody_and_is_audited(shop: None) -> None:
    out = io.StringIO()
    call_command("erase_preview", "dana.demo@example.com", stdout=out)
    assert "customers: 1 erased" in out.getvalue() and "legal_obligation until" in out.getvalue()
    assert "dana" not in out.getvalue().lower() and "nothing was touched" in out.getvalue()
    assert AuditEvent.objects.get(type="dsr.previewed").actor_kind == "operator"
    assert preview("dana.demo@example.com")["rows"] > 0


def test_the_preview_of_a_silent_system_says_so_and_fails(shop: None, tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").unlink()
    with pytest.raises(CommandError, match="could not be approved"):
        call_command("erase_preview", "dana.demo@example.com", stdout=io.StringIO())
