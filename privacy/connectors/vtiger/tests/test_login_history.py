"""The login history of a CRM: what its rows mean, whose they are, and each of them once."""

import csv
import datetime as dt
import resource
import sqlite3
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.logins.importing import ForeignLogin, import_logins
from accounts.logins.services import close_ended_logins
from accounts.models import EndReason, LoginEvent, User
from accounts.selectors import person_of
from accounts.services import add_identifier
from privacy.connectors.vtiger.address_book import AddressBook
from privacy.connectors.vtiger.login_history import Reading, addresses_from_csv, from_csv
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.contract import handlers
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
HEAD = ["login_id", "user_name", "user_ip", "logout_time", "login_time", "status"]
OPEN = [1, "alice", "203.0.113.7", "2018-05-01 08:00:00", "2018-05-01 08:00:00", "Signed in"]
OVER = [2, "alice", "203.0.113.7", "2018-05-02 17:30:00", "2018-05-02 08:00:00", "Signed off"]
USERS = [["user_name", "email1"], ["alice", "Alice@Example.com"], ["bob", "bob@example.com"]]


def write(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def users(tmp_path: Path) -> str:
    return str(write(tmp_path / "users.csv", USERS))


def run(path: Path, **options: object) -> str:
    out = StringIO()
    call_command("import_vtiger_logins", csv=str(path), stdout=out, **options)
    return out.getvalue()


@pytest.mark.promise(11)
def test_only_a_row_that_says_so_has_an_end(alice: User, users: str, tmp_path: Path) -> None:
    strange = [3, "alice", "not an address", "0000-00-00 00:00:00", "2018-05-03 08:00:00", "Signed off"]
    backwards = [4, "alice", "", "2018-05-03 08:00:00", "2018-05-04 08:00:00", "Signed off"]
    run(write(tmp_path / "logins.csv", [HEAD, OPEN, OVER, strange, backwards]), users=users, source="crm")
    rows = list(LoginEvent.objects.order_by("logged_in_at"))
    assert {row.subject_id for row in rows} == {alice.subject_id} and {row.source for row in rows} == {"crm"}
    assert [(row.logged_out_at, row.end_reason) for row in rows] == [
        (None, EndReason.NOT_RECORDED),
        (dt.datetime(2018, 5, 2, 17, 30, tzinfo=dt.UTC), EndReason.LOGOUT),
        (None, EndReason.NOT_RECORDED),
        (None, EndReason.NOT_RECORDED),
    ]
    assert rows[2].ip is None
    close_ended_logins(now=clock.now())
    assert LoginEvent.objects.filter(end_reason=EndReason.NOT_RECORDED, logged_out_at=None).count() == 3


@pytest.mark.promise(11)
def test_the_person_sees_and_receives_them_with_their_source(alice: User, users: str, tmp_path: Path) -> None:
    run(write(tmp_path / "logins.csv", [HEAD, OPEN, OVER]), users=users, source="crm")
    page = signed_in(alice).get("/logins/").content.decode()
    assert "From the history of crm" in page and "Not recorded" in page and "End not recorded" in page
    exported = [record.row for record in handlers.get("accounts.LoginEvent").export(person_of(alice.subject_id))]
    assert [row["source"] for row in exported].count("crm") == 2


def test_read_twice_or_killed_midway_each_row_counts_once(
    alice: User, users: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.logins.importing.ROWS", 2)
    many = [
        [n, "alice", "203.0.113.7", f"2018-05-0{n} 09:00", f"2018-05-0{n} 08:00", "Signed off"] for n in range(1, 8)
    ]
    path = write(tmp_path / "logins.csv", [HEAD, *many])

    def killed() -> Iterator[ForeignLogin]:
        for number, login in enumerate(from_csv(path, Reading())):
            if number == 5:
                raise KeyboardInterrupt
            yield login

    with pytest.raises(KeyboardInterrupt):
        import_logins(
            source="crm",
            logins=killed(),
            address_of=lambda name: f"{name}@example.com",
            actor=OPERATOR,
            now=clock.now(),
        )
    assert LoginEvent.objects.count() == 4
    assert "3 added, 4 known already" in run(path, users=users, source="crm")
    assert "0 added, 7 known already" in run(path, users=users, source="crm")
    assert LoginEvent.objects.count() == 7


def test_a_later_export_brings_the_end_that_was_missing(alice: User, users: str, tmp_path: Path) -> None:
    run(write(tmp_path / "logins.csv", [HEAD, OPEN]), users=users)
    ended = [*OPEN[:3], "2018-05-01 18:00:00", OPEN[4], "Signed off"]
    assert "1 given the end" in run(write(tmp_path / "logins.csv", [HEAD, ended]), users=users)
    assert "0 given the end" in run(write(tmp_path / "logins.csv", [HEAD, OPEN]), users=users)
    row = LoginEvent.objects.get()
    assert (row.end_reason, row.logged_out_at) == ("logout", dt.datetime(2018, 5, 1, 18, tzinfo=dt.UTC))


def test_who_is_not_known_is_reported_and_nobody_is_guessed(alice: User, bob: User, users: str, tmp_path: Path) -> None:
    add_identifier(
        subject=bob.subject,
        kind="external",
        value="vtiger:alice",
        source="import",
        actor=OPERATOR,
        now=clock.now(),
    )
    ghost = [9, "ghost@example.com", "", "", "2018-05-01 08:00", "Signed in"]
    path = write(
        tmp_path / "logins.csv", [HEAD, OVER, ghost, ["", "bob", "", "", "2018-05-01", ""], [8, "bob", "", "", "?", ""]]
    )
    names = tmp_path / "unknown.csv"
    said = run(path, users=users, unknown=str(names))
    assert "2 left out under 2 user names, 2 rows unreadable" in said and "line 4, line 5" in said
    assert "ghost" not in said and "alice" not in said
    assert names.read_text().splitlines()[1:] == ["alice,several people,1", "ghost@example.com,unknown,1"]
    assert names.stat().st_mode & 0o077 == 0
    assert not LoginEvent.objects.exists()


def test_a_dry_run_only_counts(alice: User, users: str, tmp_path: Path) -> None:
    said = run(write(tmp_path / "logins.csv", [HEAD, OPEN, OVER]), users=users, dry_run=True)
    assert "2 would be added" in said and not LoginEvent.objects.exists()


def test_the_database_itself_is_read(alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "crm.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE vtiger_users (id INTEGER PRIMARY KEY, user_name TEXT, email1 TEXT)")
        database.execute("INSERT INTO vtiger_users VALUES (1, 'alice', 'alice@example.com')")
        columns = "user_name TEXT, user_ip TEXT, logout_time TEXT, login_time TEXT, status TEXT"
        database.execute(f"CREATE TABLE vtiger_loginhistory (login_id INTEGER PRIMARY KEY, {columns})")
        database.executemany("INSERT INTO vtiger_loginhistory VALUES (?, ?, ?, ?, ?, ?)", [OPEN, OVER])
        database.commit()
    monkeypatch.setenv("CRM_URL", f"sqlite:///{file}")
    out = StringIO()
    call_command("import_vtiger_logins", url_env="CRM_URL", time_zone="Asia/Kolkata", stdout=out)
    assert "2 added" in out.getvalue()
    assert LoginEvent.objects.earliest("logged_in_at").logged_in_at == dt.datetime(2018, 5, 1, 2, 30, tzinfo=dt.UTC)
    monkeypatch.setenv("CRM_URL", f"sqlite:///{tmp_path}/gone.sqlite")
    with pytest.raises(CommandError, match="cannot be read: the database cannot be reached"):
        call_command("import_vtiger_logins", url_env="CRM_URL")


def test_a_customer_of_the_portal_is_known_by_their_address(alice: User, tmp_path: Path) -> None:
    head = ["id", "user_name", "last_login_time", "login_time", "logout_time"]
    row = [7, "alice@example.com", "2018-05-01 08:00:00", "2018-05-02 08:00:00", "2018-05-02 09:00:00"]
    path = write(tmp_path / "portal.csv", [head, row])
    run(path, portal=True)
    run(path, portal=True)
    assert list(LoginEvent.objects.order_by("logged_in_at").values_list("end_reason", flat=True)) == [
        "not_recorded",
        "logout",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("login_id,user_name\n1,alice\n", "must name the column"),
        ("", "must name the column"),
        (",".join(HEAD) + "\n1,\xff", "no CSV in UTF-8"),
        (",".join(HEAD) + "\n1," + "x" * 20_000, "no CSV in UTF-8"),
    ],
)
def test_a_file_that_is_none_is_refused_by_its_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "logins.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(CommandError, match=says):
        run(path)


@pytest.mark.parametrize("options", [{}, {"csv": "a", "url_env": "B"}, {"csv": "a", "time_zone": "Mars/Base"}])
def test_an_option_that_does_not_fit_is_said(options: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_vtiger_logins", **options)


def test_a_long_history_is_read_piece_by_piece(tmp_path: Path) -> None:
    """Two hundred thousand rows of strangers take less memory than they are long."""
    line = "{},ghost,203.0.113.7,2018-05-02 17:30:00,2018-05-02 08:00:00,Signed off\n"
    path = tmp_path / "logins.csv"
    with path.open("w") as file:
        file.write(",".join(HEAD) + "\n")
        file.writelines(line.format(number) for number in range(200_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = import_logins(
        source="crm", logins=from_csv(path, Reading()), address_of=lambda _: "", actor=OPERATOR, now=clock.now()
    )
    assert done.read == done.left_out == 200_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < path.stat().st_size


def test_many_users_are_read_line_by_line_and_looked_up_on_disk(alice: User, tmp_path: Path) -> None:
    """A hundred thousand users take no more memory than a hundred."""
    rows = ((f"user{number}", f"user{number}@example.com") for number in range(100_000))
    users = write(tmp_path / "users.csv", (row for part in (USERS, rows) for row in part))
    tracemalloc.start()
    with closing(AddressBook(addresses_from_csv(users))) as book:
        assert (book("user99999"), book("alice"), book("ghost")) == ("user99999@example.com", "Alice@Example.com", "")
        taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 1_000_000
    assert "1 added" in run(write(tmp_path / "logins.csv", [HEAD, OVER]), users=str(users))
