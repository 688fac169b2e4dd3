"""Two lines of the preferences page that wait for the person: a text that changed, and a choice not yet confirmed."""

import datetime as dt

import pytest

from accounts.models import User
from consent.models import ConsentEvent
from consent.tests.conftest import Ask, choose
from consent.tests.test_double_opt_in import fill_in
from consent.tests.test_stale_grants import MORE, publish
from consent.tests.test_the_page import card, shown
from privacy.jobs.models import OutboxMessage
from privacy.kernel import clock
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("press", "decision", "reason"), [("yes", "allow", "given"), ("no", "deny", "withdrawn")])
def test_a_changed_text_says_so_and_takes_both_answers(
    alice: User, ask: Ask, press: str, decision: str, reason: str
) -> None:
    client = signed_in(alice)
    choose(alice, "newsletter", allow=True)
    choose(alice, "events", allow=True)
    publish(MORE)
    page = shown(client)
    text = card(page, "newsletter")
    assert "text has changed" in text and "The text above has changed since you allowed it on" in text
    assert "Please confirm or decline. Until then it counts as declined." in text
    assert ">Confirm</button>" in text and ">Decline</button>" in text and "is-on" not in text
    assert "text has changed" not in card(page, "events") and "Allowed since" in card(page, "events")
    assert ask(purpose="newsletter")["reason"] == "stale"

    client.post("/preferences/", {"purpose": "newsletter", "choice": press})
    answer, text = ask(purpose="newsletter"), card(shown(client), "newsletter")
    assert (answer["decision"], answer["reason"]) == (decision, reason)
    assert "text has changed" not in text and ("Allowed since" if press == "yes" else "Withdrawn on") in text


def test_a_choice_that_waits_for_the_mailbox_counts_for_nothing_and_can_be_mailed_again(alice: User, ask: Ask) -> None:
    client = signed_in(alice)
    fill_in(alice.email, now=clock.now() - dt.timedelta(hours=1))
    text = card(shown(client), "newsletter")
    assert "waiting for you" in text and "and waiting for your confirmation. Until then it is off." in text
    assert "Mail me the question again" in text and "is-on" not in text
    assert 'value="no" aria-pressed="true"' in text and 'value="yes" aria-pressed="false"' in text
    assert (ask(purpose="newsletter")["decision"], ask(purpose="newsletter")["reason"]) == ("deny", "pending")

    before = OutboxMessage.objects.count()
    client.post("/preferences/", {"purpose": "newsletter", "choice": "confirm"})
    assert OutboxMessage.objects.count() == before + 1
    assert ask(purpose="newsletter")["decision"] == "deny"
    assert ConsentEvent.objects.filter(purpose="newsletter").count() == 1
    client.post("/preferences/", {"purpose": "newsletter", "choice": "no"})
    assert ask(purpose="newsletter")["reason"] == "refused" and "Declined on" in card(shown(client), "newsletter")
    for code in ("newsletter", "events", "no_such"):  # nothing waits there: no question is mailed
        said = client.post("/preferences/", {"purpose": code, "choice": "confirm"}, follow=True).content.decode()
        assert "This changed a moment ago" in said and OutboxMessage.objects.count() == before + 1
