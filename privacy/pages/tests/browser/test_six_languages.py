"""The preferences page in each language: no barrier, nothing wider than a small phone, and usable without a mouse
and without JavaScript."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from privacy.kernel.languages import LANGUAGES
from privacy.pages.tests.browser.test_accessible import axe, barriers, too_wide  # noqa: F401 - axe is a fixture
from privacy.pages.tests.browser.test_without import tab_to
from privacy.testing.browser import Installation
from privacy.testing.tour import Walker

if TYPE_CHECKING:
    from playwright.sync_api import Page

    OpenPage = Callable[..., Page]

pytestmark = pytest.mark.browser
CODES = [code for code, _ in LANGUAGES]


def speak(page: "Page", code: str) -> None:
    page.locator(".tongue summary").click()
    page.locator(f".tongue button[value={code}]").click()
    page.locator(f"html[lang={code}]").wait_for(state="attached")


def test_no_barrier_in_any_language(open_page: "OpenPage", axe: str) -> None:  # noqa: F811 - the fixture
    page = open_page("/")
    page.get_by_role("button", name="Open her preferences").click()
    page.locator("#newsletter").wait_for()
    found: dict[str, list[str]] = {}
    for code in CODES:
        page.set_viewport_size({"width": 1280, "height": 900})
        speak(page, code)
        for each in page.locator("main details").all():
            each.evaluate("one => { one.open = true }")
        if faults := [*too_wide(page), *barriers(page, axe)]:
            found[code] = faults
    assert not found


def test_less_and_back_without_javascript(open_page: "OpenPage", installation: Installation) -> None:
    walker = Walker(open_page("/", javascript=False), installation)
    page = walker.page
    walker.press("Open her preferences")
    speak(page, "de")
    card = page.locator("#product_news")
    card.get_by_role("button", name="30 Tage pausieren").click()
    assert "pausiert bis" in card.inner_text()
    card.get_by_role("button", name="So oft wie vorher").click()
    assert "Erlaubt seit" in card.inner_text()


def test_declining_comes_first_by_keyboard(open_page: "OpenPage") -> None:
    page = open_page("/")
    page.get_by_role("button", name="Open her preferences").click()
    page.locator("#newsletter").wait_for()
    page.goto(page.url.partition("#")[0])
    tab_to(page, "#newsletter button[value=no]")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#newsletter button[value=yes]')")
    sizes = page.locator("#newsletter .choice").evaluate_all(
        "all => all.map((one) => one.offsetWidth + 'x' + one.offsetHeight)"
    )
    assert len(sizes) == 2 and sizes[0] == sizes[1]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.get_by_text("declined from now on").wait_for()
    assert "Withdrawn on" in page.locator("#newsletter").inner_text()
