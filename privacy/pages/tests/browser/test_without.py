"""Without a mouse, and without JavaScript: every act of a person and of an agent is still possible."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from privacy.testing.browser import Installation
from privacy.testing.tour import Walker

if TYPE_CHECKING:
    from playwright.sync_api import Page

    OpenPage = Callable[..., Page]

pytestmark = pytest.mark.browser
FOCUS_SEEN = """() => {
    const look = getComputedStyle(document.activeElement)
    return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
}"""
FOCUSED = "() => (document.activeElement.id || document.activeElement.name || '') + ' ' + document.activeElement.value"
MOST_FIELDS = 12  # an agent files in under a minute
MOST_STEPS = 80


def tab_to(page: "Page", wanted: str) -> None:
    """Press Tab until the focus stands on this selector; on the way the focus is always seen."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_SEEN), f"the focus is not seen on {page.evaluate(FOCUSED)}"
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def test_the_skip_link_leads_past_the_menu(open_page: "OpenPage") -> None:
    page = open_page("/requests/new/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("one => one === document.activeElement")
    assert skip.bounding_box()["x"] >= 0  # type: ignore[index]  # it is seen while it has the focus
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_a_request_is_filed_with_the_keyboard_alone(open_page: "OpenPage") -> None:
    page = open_page("/requests/new/")
    tab_to(page, "input[name=rights][value=erasure]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=email]")
    page.keyboard.type("keys.demo@example.com")
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/requests/sent/")


def test_an_agent_files_with_the_keyboard_alone_in_few_fields(open_page: "OpenPage") -> None:
    page = open_page("/")
    page.get_by_role("button", name="File it at the desk").click()
    page.get_by_label("Code").fill(page.locator("#demo-code").inner_text())
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    assert page.evaluate(FOCUSED).strip() == "id_message"
    names = page.eval_on_selector_all(
        "main form [name]:not([type=hidden]):not(button)", "all => [...new Set(all.map((one) => one.name))]"
    )
    assert len(names) <= MOST_FIELDS, names
    page.keyboard.type("Please delete my account. My address is keys-desk.demo@example.com.")
    tab_to(page, "button[value=read]")
    page.keyboard.press("Enter")
    page.get_by_text("What was read").wait_for()
    assert page.locator("input[value=erasure]").is_checked()
    assert page.locator("input[name=email]").input_value() == "keys-desk.demo@example.com"
    tab_to(page, "input[name=channel]")
    page.keyboard.press("Space")
    tab_to(page, "button[value=file]")
    page.keyboard.press("Enter")
    page.get_by_text("Filed as").wait_for()


@pytest.fixture
def plain(open_page: "OpenPage", installation: Installation) -> Walker:
    """A browser without JavaScript."""
    return Walker(open_page("/", javascript=False), installation)


def play(walker: Walker, step: str) -> None:
    """Take a role by the button of the first page."""
    walker.to("", "/")
    walker.press(step)
    walker.type_code()


def test_a_customer_needs_no_javascript(plain: Walker) -> None:
    page = plain.page
    play(plain, "Open her preferences")
    page.locator("#newsletter").get_by_role("button", name="Allow").first.click()
    assert "Allowed since" in page.locator("#newsletter").inner_text()
    page.locator("#newsletter").get_by_role("button", name="Decline").first.click()
    assert "Withdrawn on" in page.locator("#newsletter").inner_text()
    plain.to("", "/requests/new/?right=access")
    plain.press("Send the request")
    assert "We have your request" in page.locator(".messages").inner_text()
    page.get_by_text("how this is counted").click()
    assert "reached us on" in page.locator("main details").first.inner_text()
    page.get_by_text("Withdraw this request").click()
    plain.press("Withdraw it")
    assert "Your request is withdrawn" in page.locator(".messages").inner_text()
    plain.to("", "/my-data/")
    page.locator('main a[href^="/my-data/tables/"]').first.click()
    assert page.locator("main table tbody tr").count()
    plain.to("", "/logins/")
    assert page.get_by_text("This session", exact=True).is_visible()


def test_an_agent_needs_no_javascript(plain: Walker) -> None:
    play(plain, "File it at the desk")
    page = plain.page
    page.get_by_label("Delete my data").check()
    page.get_by_label("Phone", exact=True).check()
    page.locator("input[name=email]").fill("plain.demo@example.com")
    plain.press("File the request")
    assert "Filed as" in page.locator(".messages").inner_text()
