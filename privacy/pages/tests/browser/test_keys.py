"""The queue by letters: they move the focus, rest while somebody types, and can be switched off (WCAG 2.1.4)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from privacy.pages.tests.browser.test_accessible import axe, barriers, too_wide  # noqa: F401  (axe is a fixture)
from privacy.testing.browser import DESKTOP, Installation
from privacy.testing.tour import state_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

pytestmark = pytest.mark.browser
QUEUE = "/console/dsr/subjectrequest/"
ROW = (
    "() => [...document.querySelectorAll('#result_list tbody tr')].findIndex((r) => r.contains(document.activeElement))"
)
RING = """() => {
    const look = getComputedStyle(document.activeElement)
    return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
}"""


@pytest.fixture(scope="module")
def lena_in(browser: "Browser", installation: Installation) -> "StorageState":
    """Lena, signed in once: her printed link works once."""
    return state_of(browser, installation, "lena")


@pytest.fixture
def queue(browser: "Browser", installation: Installation, lena_in: "StorageState") -> "Iterator[Page]":
    """Her queue; an error on the page fails the test."""
    context = browser.new_context(viewport=DESKTOP, storage_state=lena_in)
    context.set_default_timeout(30_000)
    page, faults = context.new_page(), []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{installation.base}{QUEUE}?show=all")
    yield page
    context.close()
    assert not faults


def test_letters_move_the_focus_and_select(queue: "Page") -> None:
    page, press = queue, queue.keyboard.press
    rows = page.locator("#result_list tbody tr")
    assert rows.count() >= 3
    press("j")
    assert page.evaluate(ROW) == 0 and page.evaluate(RING)
    press("j")
    press("j")
    press("k")
    assert page.evaluate(ROW) == 1 and page.evaluate(RING)
    press("x")
    assert rows.nth(1).locator("input.action-select").is_checked() and page.evaluate(ROW) == 1
    assert "1 of" in page.locator(".action-counter").inner_text()
    press("x")
    assert not rows.nth(1).locator("input.action-select").is_checked()
    for held in ("Control", "Alt", "Meta"):
        press(f"{held}+j")
        assert page.evaluate(ROW) == 1


def test_letters_rest_while_somebody_types(queue: "Page") -> None:
    page, press = queue, queue.keyboard.press
    press("/")
    box = page.locator("#searchbar")
    page.keyboard.type("kx/j?x")
    assert box.input_value() == "kx/j?x" and not page.locator("#keys-help").is_visible()
    box.fill("")
    page.locator("select[name=to]").focus()
    press("j")
    assert page.evaluate(ROW) == -1


def test_the_list_of_keys_opens_closes_and_has_no_barrier(queue: "Page", axe: str) -> None:  # noqa: F811
    page, press = queue, queue.keyboard.press
    rows = page.locator("#result_list tbody tr")
    rows.nth(0).locator("th a").focus()
    press("?")
    dialog = page.locator("#keys-help")
    assert dialog.is_visible()
    assert not list(barriers(page, axe)) and not list(too_wide(page))
    page.set_viewport_size(DESKTOP)
    press("j")
    assert dialog.is_visible() and page.evaluate(ROW) == -1
    press("Escape")
    assert not dialog.is_visible() and page.evaluate(ROW) == 0

    reference = rows.nth(0).locator("th a").inner_text()
    press("Enter")
    page.wait_for_url("**/change/**")
    assert reference in page.locator("h1").inner_text()


def test_keys_can_be_switched_off_and_on(queue: "Page") -> None:
    page, press = queue, queue.keyboard.press
    press("?")
    page.get_by_role("button", name="Switch them off").click()
    page.get_by_text("They are off.").wait_for()
    page.goto(page.url.split(QUEUE)[0] + QUEUE)
    press("j")
    press("?")
    assert page.evaluate(ROW) == -1 and not page.locator("#keys-help").count()
    page.goto(page.url.split(QUEUE)[0] + QUEUE + "views/")
    page.get_by_role("button", name="Switch them on").click()
    page.get_by_text("They are on.").wait_for()
