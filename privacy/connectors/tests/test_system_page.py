"""Outside systems in the console: how they stand, a test by hand and by itself, and an end to asking."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.connectors import kinds
from privacy.connectors.kinds import Check, Connection, Option, SystemKind
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.panels import outside_systems
from privacy.connectors.sample import build_sample_shop
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.personal_data.contract import Handler, HandlerUnavailable, handlers
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
Connect = Callable[..., Handler]


class Desk(SystemKind):
    """A kind for tests: a service that answers as the test says."""

    code, label = "counter", "A counter"
    options = (
        Option("url", "where it is"),
        Option("token", "its key", is_secret=True),
        Option("inside", "", default=""),
    )
    trouble = ""

    def handler(self, connection: Connection) -> Handler:
        assert connection["token"] == "t0ken"
        answers = dict.fromkeys(Handler.__abstractmethods__)  # they play no part here
        names = {"key": connection.key, "system": connection.key, "label": connection.label}
        found: Handler = type("DeskHandler", (Handler,), {**answers, **names})()
        return found

    def self_test(self, connection: Connection) -> Sequence[Check]:
        if Desk.trouble == "silent":
            raise HandlerUnavailable("no connection")
        return [Check("Signed in", is_good=not Desk.trouble, says=Desk.trouble or "The key is accepted.")]


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "counter", f"{__name__}.Desk")
    monkeypatch.setattr(Desk, "trouble", "")


@pytest.fixture
def operator() -> User:
    return make_user("ines@kept.example", "manage_systems", is_staff=True)


def systems_file(tmp_path: Path, text: str) -> str:
    file = tmp_path / "systems.yaml"
    file.write_text(f"systems:\n  - {text}\n", encoding="utf-8")
    return str(file)


def page_of(row: ConnectedSystem) -> str:
    return f"/console/connectors/connectedsystem/{row.pk}/change/"


def test_a_service_is_connected_by_its_options_and_its_secret_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = systems_file(tmp_path, "{key: helpdesk, kind: counter, url: 'https://desk.example', token: t0ken}")
    call_command("connect", file)
    row = ConnectedSystem.objects.get()
    raw = ConnectedSystem.objects.extra(select={"raw": "secrets"}).values_list("raw", flat=True).get()
    assert (row.kind, row.options) == ("counter", '{"url":"https://desk.example"}') and "t0ken" not in str(raw)
    assert handlers.get("helpdesk").label == "A counter"
    assert "t0ken" not in str(list(AuditEvent.objects.values_list("payload", flat=True)))
    monkeypatch.setenv("DESK_TOKEN", "t0ken")
    call_command(
        "connect",
        file.replace(file, systems_file(tmp_path, "{key: helpdesk, kind: counter, url: u, token_env: DESK_TOKEN}")),
    )
    row.refresh_from_db()
    assert row.secrets == '{"token_env":"DESK_TOKEN"}' and handlers.get("helpdesk")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{key: d, kind: fax, url: u, token: t}", "There is no kind fax"),
        ("{key: d, kind: counter, token: t}", "Give url: where it is"),
        ("{key: d, kind: counter, url: u, token: t, colour: red}", "colour is no option of A counter"),
        ("{key: Kept!, kind: counter, url: u, token: t}", "Give a key of small letters"),
        ("{key: d, kind: counter, url: u, token_env: '1 2'}", "the name of an environment variable"),
        ("{key: d, kind: counter, url: u, token_env: NOT_THERE}", "variable of token_env is not set"),
    ],
)
def test_a_bad_entry_is_refused_with_its_field(tmp_path: Path, entry: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("connect", systems_file(tmp_path, entry))
    assert not ConnectedSystem.objects.exists()


def test_a_service_that_fails_its_test_is_not_connected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = systems_file(tmp_path, "{key: d, kind: counter, url: u, token: t}")
    for trouble, says in (("The key is refused. Make a new one.", "key is refused"), ("silent", "no connection")):
        monkeypatch.setattr(Desk, "trouble", trouble)
        with pytest.raises(CommandError, match=says):
            call_command("connect", file)
    assert not ConnectedSystem.objects.exists()


def test_a_test_by_hand_says_what_is_wrong_and_when_it_is_mended(
    tmp_path: Path, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("connect", systems_file(tmp_path, "{key: d, kind: counter, url: u, token: t0ken}"))
    row, client = ConnectedSystem.objects.get(), signed_in(operator)
    assert "was not tested since" in client.get(page_of(row)).content.decode()
    monkeypatch.setattr(Desk, "trouble", "The key is refused. Make a new one.")
    page = client.post(page_of(row), {"act": "test"}, follow=True).content.decode()
    assert "1 of 1 checks failed" in page and "Make a new one." in page and "t0ken" not in page
    row.refresh_from_db()
    since = row.faulty_since
    assert row.health == "faulty" and since and outside_systems(clock.now()).tone == "danger"
    enqueue("connectors.test", idem_key="t1", payload={}, now=clock.now())
    run_until_empty()
    row.refresh_from_db()
    assert row.faulty_since == since
    monkeypatch.setattr(Desk, "trouble", "")
    assert "answers as it should" in client.post(page_of(row), {"act": "test"}, follow=True).content.decode()
    row.refresh_from_db()
    assert row.health == "good" and not row.faulty_since and outside_systems(clock.now()).tone == "ok"
    assert AuditEvent.objects.filter(type="connectors.tested").count() == 3


def test_a_database_is_tested_by_its_map(tmp_path: Path, connect: Connect, operator: User) -> None:
    systems = build_sample_shop(tmp_path / "shop.sqlite")
    connect(systems, "shop")
    row, client = ConnectedSystem.objects.get(), signed_in(operator)
    assert "its map fits" in client.post(page_of(row), {"act": "test"}, follow=True).content.decode()
    systems.with_suffix(".sqlite").rename(tmp_path / "gone")
    assert "It cannot be used" in client.post(page_of(row), {"act": "test"}, follow=True).content.decode()


def test_nobody_is_asked_after_its_key_was_typed(tmp_path: Path, connect: Connect, operator: User) -> None:
    connect(build_sample_shop(tmp_path / "shop.sqlite"), "shop")
    row, client = ConnectedSystem.objects.get(), signed_in(operator)
    assert "Type shop" in client.post(page_of(row), {"act": "disconnect", "typed": "?"}, follow=True).content.decode()
    assert [handler.key for handler in handlers.all() if handler.system != "kept"] == ["shop"]
    page = client.post(page_of(row), {"act": "disconnect", "typed": "shop"}, follow=True).content.decode()
    assert "no longer asked" in page and not [one for one in handlers.all() if one.system != "kept"]


def test_who_may_look_and_how_often_the_database_is_asked(
    tmp_path: Path, connect: Connect, operator: User, lena: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    connect(build_sample_shop(tmp_path / "shop.sqlite"), "shop")
    row, client = ConnectedSystem.objects.get(), signed_in(operator)
    for door in ("/console/connectors/connectedsystem/", page_of(row)):
        client.get(door)
        with django_assert_max_num_queries(12):
            assert client.get(door).status_code == 200
        assert signed_in(lena).get(door).status_code == 403 and Client().get(door).status_code == 302
