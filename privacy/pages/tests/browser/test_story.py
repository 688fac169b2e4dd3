"""The six steps of the story in a real browser, in their order, on one running installation."""

import datetime as dt
import json
import re
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from privacy.testing.browser import PHONE, Installation

if TYPE_CHECKING:
    from playwright.sync_api import Page

    OpenPage = Callable[..., Page]

pytestmark = pytest.mark.browser
CASE: dict[str, str] = {}  # what one step leaves to the next: the reference and the status page


def enter(page: "Page", step: str, *, lands: str) -> None:
    """Press a step's button on the first page; staff type the code that the page shows."""
    page.get_by_role("button", name=step).click()
    page.wait_for_load_state()
    code = page.locator("#demo-code")
    if code.count():
        page.get_by_label("Code").fill(code.inner_text())
        page.get_by_role("button", name="Sign In").click()
    page.wait_for_url(f"**{lands}")


def prove_again(page: "Page") -> None:
    """Grave pages ask for the second factor once more."""
    if "reauthenticate" in page.url:
        page.get_by_label("Code").fill(page.locator("#demo-code").inner_text())
        page.locator("main form button[type=submit]").first.click()


def decision(installation: Installation, email: str, purpose: str) -> Any:
    """What a partner system is told now."""
    key = (installation.home / "demo-api-key").read_text()
    asked = urllib.request.Request(  # noqa: S310  # our own base address
        f"{installation.base}/api/v1/decisions",
        data=json.dumps({"subject": {"email": email}, "purpose": purpose}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310  # our own base address
        return json.load(answer)


@pytest.mark.promise(22)
def test_1_a_customer_declines_click_tracking(open_page: "OpenPage", installation: Installation) -> None:
    assert decision(installation, "dana.demo@example.com", "click_tracking")["decision"] == "allow"
    page = open_page(size=PHONE)
    enter(page, "Open her preferences", lands="/preferences/#click_tracking")
    page.locator("#click_tracking").get_by_role("button", name="Decline").first.click()
    assert "Withdrawn on" in page.locator("#click_tracking").inner_text()
    assert (
        "Click tracking: withdrawn. By: you, signed in" in page.locator("section[aria-labelledby=history]").inner_text()
    )
    answer = decision(installation, "dana.demo@example.com", "click_tracking")
    assert (answer["decision"], answer["reason"]) == ("deny", "withdrawn")


def test_2_a_visitor_asks_for_erasure_without_javascript(open_page: "OpenPage") -> None:
    page = open_page(javascript=False)
    enter(page, "Ask without an account", lands="/requests/new/?right=erasure")
    page.get_by_label("Delete my data").check()
    page.get_by_label("Your email address").fill("erik.demo@example.com")
    page.get_by_role("button", name="Send the request").click()
    assert page.get_by_role("heading", name="Look into your mailbox").is_visible()
    link = page.locator('a[href*="/requests/confirm/"]')
    for _ in range(50):
        page.goto(page.url.split("/requests")[0].split("/demo")[0] + "/demo/mail/")
        if link.count():
            break
        page.wait_for_timeout(100)
    link.first.click()
    page.get_by_role("button", name="Yes, it was me").click()
    assert page.get_by_text("Your address is confirmed").is_visible()
    heading = page.get_by_role("heading", level=1).inner_text()
    CASE["reference"], CASE["status"] = heading.split()[-1], page.url
    page.get_by_text("how this is counted").click()
    assert "reached us on" in page.locator("main details").first.inner_text()


def test_3_an_agent_files_a_letter_that_came_twenty_days_ago(open_page: "OpenPage") -> None:
    page = open_page()
    enter(page, "File it at the desk", lands="/desk/")
    shown = dt.date.fromisoformat(page.get_by_label("Received on").input_value())
    page.get_by_label("Delete my data").check()
    page.get_by_label("Post", exact=True).check()
    page.get_by_label("Received on").fill((shown - dt.timedelta(days=20)).isoformat())
    page.get_by_label("Email", exact=False).last.fill("farah.demo@example.com")
    page.get_by_role("button", name="File the request").click()
    due = shown + dt.timedelta(days=10)
    assert f"The answer is due by {due.day} {due:%B %Y}." in page.locator(".messages").inner_text()


def test_4_legal_sees_the_queue_and_freezes_what_she_read(open_page: "OpenPage") -> None:
    page = open_page()
    enter(page, "Open the queue", lands="/console/dsr/subjectrequest/")
    rows = page.locator("#result_list tbody tr").all_inner_texts()
    assert len(rows) == 5
    assert CASE["reference"] in rows[-1]  # the newest request is due last
    page.get_by_role("link", name=CASE["reference"]).click()
    page.get_by_role("link", name=re.compile("would do|Preview")).first.click()
    preview = page.locator("#content").inner_text()
    for words in ("Sample shop", "Art. 17(3)(b) GDPR"):
        assert words in preview
    folded = str(page.locator("#content").text_content())  # the names of tables are there for who wants them
    assert "customers" in folded and "orders" in folded
    page.get_by_role("button", name=re.compile("Freeze")).click()
    assert "A second person can approve it now" in page.locator(".messagelist").inner_text()


def test_5_a_second_person_approves_and_the_answer_arrives(open_page: "OpenPage", installation: Installation) -> None:
    page = open_page()
    enter(page, "Approve it", lands="/console/dsr/subjectrequest/")
    page.get_by_role("link", name=CASE["reference"]).click()
    page.get_by_role("link", name=re.compile("approve|plan", re.IGNORECASE)).first.click()
    prove_again(page)
    page.locator("input[name=typed]").fill(CASE["reference"])
    page.get_by_role("button", name=re.compile("Approve")).click()
    assert "Approved. The erasure runs now" in page.locator(".messagelist").inner_text()
    status = open_page(CASE["status"].removeprefix(installation.base))
    for _ in range(100):
        status.reload()
        if status.get_by_role("heading", name="Receipt").count():
            break
        status.wait_for_timeout(100)
    assert status.get_by_role("heading", name="Receipt").is_visible()
    status.goto(installation.base + "/demo/mail/")
    letter = status.locator("details", has_text="Sample shop").first
    assert "WHAT STAYS, AND WHY" in str(letter.text_content())


def test_6_the_log_proves_it_and_the_policy_shows_it(open_page: "OpenPage", installation: Installation) -> None:
    assert "The log is whole." in installation.command("verify_ledger")
    page = open_page()
    enter(page, "Read the policy", lands="/policy/")
    assert "15 May 2018" in page.locator(".policy-date").inner_text()
    page.goto(installation.base + "/")
    assert page.locator(".story .is-done").count() == 6


def test_a_killed_installation_goes_on_where_it_was(open_page: "OpenPage", installation: Installation) -> None:
    installation.stop(kill=True)
    installation.start()
    page = open_page()
    assert page.locator(".story .is-done").count() == 6
    assert installation.command("story", "hugo.demo@example.com", "--right", "erasure").count("PROOF") == 1
