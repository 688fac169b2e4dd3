"""/my-data/: everything held about the person who is signed in, with its reasons, and nobody else's."""

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import EndReason, LoginEvent, User
from accounts.services import merge_subjects
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.contract import Found, Handler, HandlerUnavailable, Person, handlers
from privacy.personal_data.declaring import declarations
from privacy.personal_data.models import Subject
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


def add_logins(subject_id: Any, count: int, *, ip: str = "198.51.100.7", start: dt.datetime | None = None) -> None:
    first = start or clock.now() - dt.timedelta(days=30)
    LoginEvent.objects.bulk_create(
        LoginEvent(
            subject_id=subject_id,
            ip=ip,
            agent="Firefox on Linux",
            logged_in_at=first + dt.timedelta(minutes=number),
            expires_at=first + dt.timedelta(hours=12),
            logged_out_at=first + dt.timedelta(hours=1),
            end_reason=EndReason.LOGOUT,
        )
        for number in range(count)
    )


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


class SilentSystem(Handler):
    """A faithful stand-in for an outside system that is down."""

    key = system = "crm"
    label = "Customer database"
    is_transactional = False

    def find(self, person: Person) -> list[Found]:
        raise HandlerUnavailable("no connection")

    export = plan = apply_chunk = verify = find  # type: ignore[assignment]  # every door of it refuses


@pytest.fixture
def silent_system() -> Any:
    handler = handlers.register(SilentSystem())
    yield handler
    del handlers._fixed["crm"]


@pytest.mark.promise(68)
def test_the_page_says_what_is_held_why_how_long_and_who_receives_it(alice: User, demo_policy: Any) -> None:
    add_logins(alice.subject_id, 3)
    text = text_of(signed_in(alice), "/my-data/")
    assert "Login history 4 rows" in text  # and the login of this test
    assert "Security: We keep logs and login history to notice misuse" in text
    assert "Legal basis: a legitimate interest." in text
    assert "1 year from the sign-in." in text
    assert "It outlasts an erasure of your other data until 3 years from the day of the entry." in text
    assert "Where such data comes from" in text and "Who receives it" in text
    assert "No other system is connected." in text


def test_every_own_table_is_on_the_page_with_rows_or_without(alice: User, demo_policy: Any) -> None:
    text = text_of(signed_in(alice), "/my-data/")
    for declared in declarations.values():
        assert declared.label.replace("'", "&#x27;") in text, declared.key


def test_without_a_policy_the_page_says_why_reasons_are_missing(alice: User) -> None:
    text = text_of(signed_in(alice), "/my-data/")
    assert "No privacy policy is published here yet." in text
    assert "Account" in text


def test_the_rows_are_ones_own_and_secrets_are_left_out(alice: User, bob: User, demo_policy: Any) -> None:
    add_logins(alice.subject_id, 1)
    add_logins(bob.subject_id, 1, ip="203.0.113.99")
    client = signed_in(alice)
    everything = ""
    for key in declarations:
        everything += client.get(f"/my-data/tables/{key}/").content.decode()
    assert "198.51.100.7" in everything and "alice@example.com" in everything
    assert "203.0.113.99" not in everything and "bob@example.com" not in everything
    assert alice.password not in everything and str(client.session.session_key) not in everything


def test_long_tables_come_page_by_page_the_newest_first_and_whole(alice: User) -> None:
    add_logins(alice.subject_id, 60)
    client, path, seen, pages = signed_in(alice), "/my-data/tables/accounts.LoginEvent/", [], 0
    link: str | None = ""
    while link is not None:
        body = client.get(path + link).content.decode()
        seen += re.findall(r'data-label="Signed in">([^<]+)<', body)
        found = re.search(r'href="(\?after=[^"]+)"', body)
        link, pages = (found.group(1) if found else None), pages + 1
    assert (len(seen), pages) == (61, 3)
    moments = [dt.datetime.strptime(each.replace("UTC", "+0000"), "%d %b %Y, %H:%M %z") for each in seen]
    assert moments == sorted(moments, reverse=True)


def test_somebody_elses_row_as_a_starting_point_is_not_found(alice: User, bob: User) -> None:
    add_logins(bob.subject_id, 1)
    other = LoginEvent.objects.get(subject_id=bob.subject_id)
    client = signed_in(alice)
    assert client.get(f"/my-data/tables/accounts.LoginEvent/?after={other.pk}").status_code == 404
    assert client.get("/my-data/tables/accounts.LoginEvent/?after=nonsense").status_code == 404
    assert client.get("/my-data/tables/audit.AuditEvent/?after=nonsense").status_code == 404
    assert client.get("/my-data/tables/audit.Seal/").status_code == 404
    assert client.get("/my-data/tables/nothing/").status_code == 404


def test_rows_of_a_merged_subject_belong_to_the_person(alice: User) -> None:
    other = Subject.objects.create()
    add_logins(other.pk, 2, ip="192.0.2.44")
    merge_subjects(subject_id=other.pk, canonical_id=alice.subject_id, actor=SYSTEM, now=clock.now())
    client = signed_in(alice)
    assert "Login history 3 rows" in text_of(client, "/my-data/")
    assert "192.0.2.44" in text_of(client, "/my-data/tables/accounts.LoginEvent/")


def test_a_system_that_does_not_answer_is_named(alice: User, demo_policy: Any, silent_system: Handler) -> None:
    text = text_of(signed_in(alice), "/my-data/")
    assert "Did not answer: Customer database. What is held there about you is not counted here." in text
    assert "in the systems that answered" in text
    assert "No other system is connected." not in text


def test_an_outside_system_is_asked_by_the_confirmed_address(alice: User, tmp_path: Path, demo_policy: Any) -> None:
    from privacy.connectors.sample import build_sample_shop

    call_command("connect", str(build_sample_shop(tmp_path / "shop.sqlite")), stdout=io.StringIO())
    alice.subject.identifiers.all().delete()
    assert "holds nothing" in text_of(signed_in(alice), "/my-data/")
    from accounts.services import add_identifier

    add_identifier(
        subject=alice.subject,
        kind="email",
        value="dana.demo@example.com",
        source="account",
        actor=SYSTEM,
        now=clock.now(),
        verified=True,
    )
    assert re.search(r"customers 1 row\b", text_of(signed_in(alice), "/my-data/"))


def test_nobody_gets_in_without_an_account(client: Client, db: None) -> None:
    for path in ("/my-data/", "/my-data/tables/accounts.User/", "/my-data/download/"):
        assert client.get(path).status_code == 302
        assert client.get(path)["Location"].startswith("/accounts/")


def test_the_reading_is_audited_once_an_hour_and_session(alice: User) -> None:
    client = signed_in(alice)
    client.get("/my-data/")
    client.get("/my-data/tables/accounts.User/")
    client.head("/my-data/")
    event = AuditEvent.objects.get(type="pages.own_data_seen")
    assert (event.actor_kind, event.actor_id, event.subject_id) == ("subject", alice.subject_id, alice.subject_id)
    signed_in(alice).get("/my-data/")
    assert AuditEvent.objects.filter(type="pages.own_data_seen").count() == 2


def test_the_number_of_queries_does_not_grow_with_the_data(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    client.get("/my-data/")

    def queries(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    before = queries("/my-data/"), queries("/my-data/tables/accounts.LoginEvent/")
    add_logins(alice.subject_id, 40)
    after = queries("/my-data/"), queries("/my-data/tables/accounts.LoginEvent/")
    assert before == after
    assert after[0] <= len(declarations) + 15  # one count for each table, and the page's own
    assert after[1] <= 15


def test_the_doors_to_act_are_one_click_away(alice: User) -> None:
    client = signed_in(alice)
    body = client.get("/my-data/").content.decode().partition("<main")[2].partition("</main>")[0]
    for path in re.findall(r'<a[^>]* href="(/[^"#]*)"', body):
        assert client.get(path, follow=True).status_code == 200, path
    for path in ("/requests/new/?right=erasure", "/requests/new/?right=rectification", "/preferences/", "/logins/"):
        assert f'href="{path}"' in body


@pytest.mark.parametrize("is_known", [True, False])
def test_a_link_may_tick_a_right_and_nothing_else(alice: User, client: Client, is_known: bool) -> None:
    door = signed_in(alice) if is_known else client
    body = door.get("/requests/new/?right=erasure&right=everything").content.decode()
    assert re.findall(r'value="(\w+)" checked', body) == ["erasure"]
    assert "checked" not in door.get("/requests/new/?right=%22%3E%3Cscript%3E").content.decode()


def test_the_name_can_be_changed_and_the_log_does_not_know_it(alice: User) -> None:
    client = signed_in(alice)
    assert client.post("/accounts/name/", {"name": "Alice Example"}).status_code == 302
    alice.refresh_from_db()
    assert alice.name == "Alice Example"
    assert "Alice" not in AuditEvent.objects.get(type="accounts.renamed").payload
    assert client.post("/accounts/name/", {"name": "x" * 121}).status_code == 400
    client.post("/accounts/name/", {"name": "Alice Example"})
    assert AuditEvent.objects.filter(type="accounts.renamed").count() == 1
