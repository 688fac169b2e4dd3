"""A yes answers the text that the person had before them. Where a page stood open while the policy changed, or its
language, the yes is not taken and the page shows the text anew; a no is taken whatever was read (decision 0080)."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from consent.double_opt_in import Wish, make_token
from consent.models import ConsentEvent
from consent.tests.conftest import choose
from consent.tests.test_stale_grants import MORE, publish
from consent.vocabulary import Door
from consent.writing import How
from privacy.kernel import clock
from privacy.policy.selectors import notice_for
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/preferences/"
NEW = ("May we send you our newsletter by email?", "May we send you our weekly newsletter by email?")
REFUSED = "The text has changed since you opened the page"


def form(page: str, purpose: str) -> dict[str, str]:
    """What the first form about a purpose sends beside the button."""
    found = re.search(rf'name="purpose" value="{purpose}">(?:<[^>]*name="text" value="([\w-]+)">)', page)
    assert found, purpose
    return {"purpose": purpose, "text": found[1]}


def statuses() -> list[tuple[str, str]]:
    return list(ConsentEvent.objects.order_by("at", "id").values_list("purpose", "status"))


@pytest.mark.parametrize("change", [NEW, MORE], ids=["another text", "another use under the same text"])
def test_a_yes_to_what_is_not_in_force_any_more_is_not_taken(
    alice: User, demo_policy: Any, change: tuple[str, str]
) -> None:
    client = signed_in(alice)
    old = form(client.get(PAGE).text, "newsletter")
    publish(change)
    answer = client.post(PAGE, {**old, "choice": "yes"}, follow=True)
    assert REFUSED in answer.text and statuses() == []
    client.post(PAGE, {**form(answer.text, "newsletter"), "choice": "yes"})
    assert statuses() == [("newsletter", "given")]


def test_a_no_is_taken_whatever_was_read(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    client = signed_in(alice)
    old = form(client.get(PAGE).text, "newsletter")
    publish(NEW)
    client.post(PAGE, {**old, "choice": "no"})
    assert statuses()[-1] == ("newsletter", "withdrawn")


def test_another_tab_that_changed_the_language_changes_no_record(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    english = form(client.get(PAGE).text, "newsletter")
    client.post("/language/", {"language": "de", "next": PAGE})
    answer = client.post(PAGE, {**english, "choice": "yes"}, follow=True)
    assert "Der Text hat sich geändert" in answer.text and statuses() == []
    client.post(PAGE, {**form(answer.text, "newsletter"), "choice": "yes"})
    assert ConsentEvent.objects.get().notice_digest == notice_for("newsletter", "de").digest


def test_undoing_a_no_is_a_yes_to_what_is_read(alice: User, demo_policy: Any) -> None:
    choose(alice, "newsletter", allow=True)
    choose(alice, "newsletter", allow=False)
    client = signed_in(alice)
    page = client.get(PAGE).text
    history = page[page.index('id="history"') :]
    undo = {"event": re.findall(r'name="event" value="([^"]+)"', history)[0], **form(history, "newsletter")}
    publish(NEW)
    assert REFUSED in client.post(PAGE, {**undo, "choice": "undo"}, follow=True).text
    assert statuses()[-1] == ("newsletter", "withdrawn")


def test_a_yes_with_the_signal_in_view_reads_the_text_too(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    client.get(PAGE, headers={"Sec-GPC": "1"})
    page = client.get("/preferences/signals/").text
    assert notice_for("third_party_sharing", "en").text in page
    old = form(page, "third_party_sharing")
    publish(("to the companies named here, for their own marketing?", "to companies, for their own marketing?"))
    answer = client.post("/preferences/signals/", {**old, "choice": "anyway"}, follow=True)
    assert REFUSED in answer.text and ("third_party_sharing", "given") not in statuses()
    client.post("/preferences/signals/", {**form(answer.text, "third_party_sharing"), "choice": "anyway"})
    assert ("third_party_sharing", "given") in statuses()


def test_the_mailed_question_is_read_anew(alice: User, demo_policy: Any) -> None:
    wish = Wish(alice.email, alice.subject_id, ("newsletter",), How(Door.FORM), at=int(clock.now().timestamp()))
    path, client = f"/preferences/confirm/{make_token(wish)}/", Client()
    old = re.findall(r'name="text" value="([^"]+)"', client.get(path).text)[0]
    publish(NEW)
    answer = client.post(path, {"text": old})
    assert answer.status_code == 409 and REFUSED in answer.text and NEW[1] in answer.text and statuses() == []
    client.post(path, {"text": re.findall(r'name="text" value="([^"]+)"', answer.text)[0]})
    assert statuses() == [("newsletter", "given")]
