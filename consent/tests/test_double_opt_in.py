"""Double opt-in: what a form says waits for the mailbox, counts for nothing until then, and bombs nobody."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from consent.double_opt_in import MOST_IN_A_DAY, Wish, expire_requests, make_token, needs_confirmation, request_grant
from consent.models import ConsentEvent, Preference
from consent.services import How
from consent.tests.conftest import Ask, choose
from consent.vocabulary import Door
from privacy.jobs.models import CapturedMail, OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.personal_data.contract import Person, handlers
from privacy.personal_data.models import Subject
from privacy.policy.selectors import purpose

pytestmark = pytest.mark.django_db
FORM = How(Door.FORM, site="main", source_kind="form", source_id="f" * 32)


def fill_in(email: str = "carol@example.com", *codes: str, **more: Any) -> list[ConsentEvent]:
    """Somebody types an address into a form."""
    now = more.pop("now", clock.now())
    return request_grant(
        email=email, purpose_codes=codes or ("newsletter",), how=FORM, actor=ANONYMOUS, now=now, **more
    )


def mailed_paths() -> list[str]:
    run_until_empty()
    texts = CapturedMail.objects.order_by("created_at")
    return [path for mail in texts for path in re.findall(r"http://[^/]+(/preferences/confirm/\S+)", mail.text)]


def path_of(subject: Subject | None, email: str, *, minutes: float, codes: tuple[str, ...] = ("newsletter",)) -> str:
    at = clock.now() - dt.timedelta(minutes=minutes)
    known = subject.pk if subject else find_subjects("email", email)[0]
    return f"/preferences/confirm/{make_token(Wish(email, known, codes, FORM, '', int(at.timestamp())))}/"


def status_of(email: str, code: str = "newsletter") -> str:
    return Preference.objects.get(subject_id=find_subjects("email", email)[0], purpose=code, channel="").status


@pytest.mark.django_db(transaction=True)
def test_only_the_button_of_the_mailed_page_makes_it_a_grant(ask: Ask) -> None:
    fill_in("carol@example.com", "newsletter", "product_news")
    assert ask(email="carol@example.com", purpose="newsletter")["reason"] == "pending"
    [path] = mailed_paths()
    assert "carol" not in path
    for _ in range(50):
        assert Client().get(path).status_code == 200
        assert Client().head(path).status_code == 200
    assert status_of("carol@example.com") == "requested" and Identifier.objects.get().verified_at is None
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(path).content.decode())
    assert token and client.post(path).status_code == 403
    for _ in range(2):
        done = client.post(path, {"csrfmiddlewaretoken": token.group(1)})
        assert done.status_code == 200 and "Confirmed" in done.content.decode()
    for code in ("newsletter", "product_news"):
        answer = ask(email="carol@example.com", purpose=code)
        assert (answer["decision"], answer["reason"]) == ("allow", "given")
    event = ConsentEvent.objects.get(purpose="newsletter", status="given")
    assert (event.previous, event.door, event.site, event.source_id) == ("requested", "link", "main", "f" * 32)
    assert len(event.token_id) == 32 and event.notice_digest
    assert Identifier.objects.get().verified_at is not None and ConsentEvent.objects.count() == 4


def test_pending_counts_nowhere(ask: Ask) -> None:
    fill_in()
    for channel in ("", "email"):
        assert ask(email="carol@example.com", purpose="newsletter", channel=channel)["decision"] == "deny"
    assert not Preference.objects.filter(status="given").exists()
    mine = Person(tuple(find_subjects("email", "carol@example.com")))
    rows = [record.row for record in handlers.get("consent.Preference").export(mine)]
    assert [row["status"] for row in rows] == ["requested"]


def test_an_old_link_mails_a_fresh_one_and_grants_nothing(demo_policy: Any) -> None:
    fill_in(now=clock.now() - dt.timedelta(hours=2))
    old = path_of(None, "carol@example.com", minutes=11)
    page = Client().get(old).content.decode()
    assert "older than ten minutes" in page and "Yes, I want this" not in page
    answer = Client().post(old)
    assert "Look into your mailbox" in answer.content.decode() and status_of("carol@example.com") == "requested"
    assert OutboxMessage.objects.count() == 2
    assert Client().post(mailed_paths()[-1]).status_code == 200 and status_of("carol@example.com") == "given"


@pytest.mark.parametrize(("minutes", "status"), [(-5, 200), (60 * 24 * 7 + 1, 404)])
def test_a_clock_that_jumped_grants_nothing(demo_policy: Any, minutes: int, status: int) -> None:
    fill_in()
    assert Client().post(path_of(None, "carol@example.com", minutes=minutes)).status_code == status
    assert status_of("carol@example.com") == "requested"


@pytest.mark.parametrize("token", ["x", "k1.AAAA", "é"])
def test_a_forged_link_is_nobodys(demo_policy: Any, token: str) -> None:
    assert Client().post(f"/preferences/confirm/{token}/").status_code == 404


def test_asking_again_and_again_bombs_no_mailbox(alice: User, demo_policy: Any) -> None:
    start = clock.now()
    for number in range(30):
        fill_in(alice.email, now=start + dt.timedelta(minutes=3 * number))
        fill_in(alice.email, now=start + dt.timedelta(minutes=3 * number))
    assert OutboxMessage.objects.count() == MOST_IN_A_DAY
    assert ConsentEvent.objects.count() == 1  # asking again is no news
    for _ in range(9):
        Client().post(path_of(None, alice.email, minutes=30))
    assert OutboxMessage.objects.count() == MOST_IN_A_DAY
    fill_in(alice.email, now=start + dt.timedelta(days=2))
    assert OutboxMessage.objects.count() == MOST_IN_A_DAY + 1


@pytest.mark.promise(50)
@pytest.mark.parametrize("allow", [True, False])
def test_a_strangers_form_changes_no_standing_decision(ask: Ask, alice: User, *, allow: bool) -> None:
    choose(alice, "newsletter", allow=allow)
    before = ask(purpose="newsletter")
    assert fill_in(alice.email) == [] and OutboxMessage.objects.count() == 1  # the same mail as for everybody
    assert ask(purpose="newsletter") == before
    if not allow:  # the holder of the mailbox may change their mind
        Client().post(path_of(alice.subject, alice.email, minutes=1))
        assert ask(purpose="newsletter")["reason"] == "given"


def test_what_nobody_confirms_runs_out(ask: Ask) -> None:
    fill_in(now=clock.now() - dt.timedelta(days=8))
    fill_in("dave@example.com")
    assert expire_requests(actor=SYSTEM, now=clock.now()) == 1
    assert expire_requests(actor=SYSTEM, now=clock.now()) == 0
    assert (status_of("carol@example.com"), status_of("dave@example.com")) == ("expired", "requested")
    assert ask(email="carol@example.com", purpose="newsletter")["reason"] == "expired"
    fill_in()  # and may be asked for again
    assert status_of("carol@example.com") == "requested"


@pytest.mark.parametrize(
    ("codes", "error", "field"),
    [
        (("payment",), DomainError, "purpose"),
        (("security_logs",), DomainError, "purpose"),
        (("nonsense",), InvalidInput, "purpose"),
    ],
)
def test_what_cannot_be_granted_is_refused_by_name(
    demo_policy: Any, codes: tuple[str, ...], error: type[DomainError], field: str
) -> None:
    with pytest.raises(error) as refused:
        fill_in("carol@example.com", *codes)
    assert refused.value.field == field and not Subject.objects.exists() and not OutboxMessage.objects.exists()


def test_which_doors_wait_for_the_mailbox(demo_policy: Any) -> None:
    newsletter, product_news, payment = (purpose(code) for code in ("newsletter", "product_news", "payment"))
    assert needs_confirmation(newsletter, Door.FORM) and needs_confirmation(product_news, Door.FORM)
    assert needs_confirmation(newsletter, Door.APP) and not needs_confirmation(product_news, Door.APP)
    assert not needs_confirmation(newsletter, Door.SIGNED_IN) and not needs_confirmation(newsletter, Door.LINK)
    assert not needs_confirmation(payment, Door.FORM)
