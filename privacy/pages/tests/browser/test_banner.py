"""The banner in a real browser: equal buttons, keyboard, small screens, no shift, and the programs that press
“Reject all” for people (E-4, E-5, T-1 to T-3, GPC-4)."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from consent.banner.words import WORDS
from privacy.testing import clients
from privacy.testing.browser import DESKTOP, Installation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

pytestmark = pytest.mark.browser
SPOKEN = ["en", "de", "fr", "es", "pt"]  # what such programs read; in others they call the page's rejectAll()
OFF = {"click_tracking": False, "site_measurement": False, "third_party_analytics": False}
WATCH_SHIFTS = """() => { window.shifted = 0
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifted += one.value })
        .observe({type: 'layout-shift', buffered: true}) }"""
LOOK = """(one) => { const s = getComputedStyle(one), b = one.getBoundingClientRect()
    return [b.width, b.height, s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight, s.opacity] }"""
CONSENT_MODE = "() => window.dataLayer.map((one) => [...one])"
Open = Callable[..., "Page"]


@pytest.fixture
def visit(browser: "Browser", installation: Installation) -> Iterator[Open]:
    """Open the sample site in a browser of its own; any error on it fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(language: str = "en", *, script: str = "", **more: Any) -> "Page":
        context = browser.new_context(viewport=more.pop("size", DESKTOP), bypass_csp=True, **more)
        context.set_default_timeout(15_000)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{installation.base}/demo/site/?lang={language}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def chosen(page: "Page") -> Any:
    """What the server answers to the next choice."""

    def is_choice(response: "Response") -> bool:
        return response.url.endswith("/banner/v1/choice")

    return page.expect_response(is_choice)


def refusals(installation: Installation) -> int:
    """How many refusals of banners the ledger holds."""
    sql = "SELECT count(*) FROM consent_consentevent WHERE door = 'banner' AND status = 'refused'"
    with sqlite3.connect(installation.home / "kept.sqlite3") as database:
        return int(database.execute(sql).fetchone()[0])


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing() or "never")
@pytest.mark.parametrize("language", SPOKEN)
def test_a_program_rejects_all_with_one_press(visit: Open, installation: Installation, language: str) -> None:
    before = refusals(installation)
    page = visit(language)
    with chosen(page):
        said = clients.reject_for_me(page)
    assert said["popupFound"]["cmp"] == "HEURISTIC-REJECT"
    assert said["optOutResult"]["result"] is True and "autoconsentDone" in said
    assert page.locator("#kept-banner").count() == 0
    assert refusals(installation) == before + 3
    page.reload()
    page.wait_for_function("() => window.kept")
    assert page.locator("[role=dialog]").count() == 0 and page.evaluate("kept.state()") == OFF


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing() or "never")
def test_a_program_finds_nothing_to_press_where_all_is_answered(visit: Open) -> None:
    page = visit()
    with chosen(page):
        page.get_by_role("button", name="Reject all").click()
    page.reload()
    assert "popupFound" not in clients.reject_for_me(page)
    assert page.get_by_role("button", name="Privacy choices").is_visible()


@pytest.mark.parametrize("language", WORDS)
def test_the_two_buttons_are_equal_and_on_the_first_layer(visit: Open, language: str) -> None:
    for scheme in ("light", "dark"):
        page = visit(language, color_scheme=scheme)
        reject, accept = (page.get_by_role("button", name=WORDS[language][name]) for name in ("reject", "accept"))
        assert reject.evaluate(LOOK) == accept.evaluate(LOOK)
        assert [box.is_checked() for box in page.locator("#kept-banner input").all()] == [False] * 3
        assert page.get_by_role("dialog", name=WORDS[language]["title"]).is_visible()


def test_the_keyboard_reaches_it_first_and_is_not_caught(visit: Open) -> None:
    page = visit()
    order = []
    for _ in range(5):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert order[:3] == ["Reject all", "Accept all", "Choose one by one"] and order[4] != order[0]
    page.keyboard.press("Escape")  # the focus is in the page: it does not close what it is not in
    page.locator("#kept-banner button").first.focus()
    page.keyboard.press("Escape")
    assert page.locator("#kept-banner").count() == 0 and not page.context.cookies()  # closed is not answered
    page.reload()
    assert page.get_by_role("dialog").is_visible()


def test_choosing_one_by_one_and_the_way_back(visit: Open) -> None:
    page = visit()
    page.get_by_text("Choose one by one").click()
    page.locator("#kept-banner label").nth(1).click()
    with chosen(page) as answer:
        page.get_by_role("button", name="Save my choice").click()
    assert answer.value.json()["state"] == {**OFF, "site_measurement": True}
    page.wait_for_function("() => kept.state().site_measurement")
    [cookie] = page.context.cookies()
    assert cookie.get("httpOnly") and cookie.get("sameSite") == "Lax"
    page.get_by_role("button", name="Report a visit").click()
    page.get_by_text("Answered 204").wait_for()
    page.get_by_role("button", name="Privacy choices").click()
    assert page.locator("#kept-banner input").nth(1).is_checked()
    with chosen(page):
        page.get_by_role("button", name="Reject all").click()
    assert page.evaluate("kept.state()") == OFF
    assert page.evaluate("document.activeElement.id") == "kept-open"


@pytest.mark.parametrize("language", WORDS)
def test_on_a_small_phone_everything_can_be_read_and_pressed(visit: Open, language: str) -> None:
    page = visit(language, size={"width": 320, "height": 568})
    page.locator("#kept-banner summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    banner = page.locator("#kept-banner")
    assert banner.evaluate("(one) => one.scrollWidth <= one.clientWidth && one.clientHeight <= innerHeight")
    for button in banner.locator("button, summary").all():
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 320


def test_it_asks_once_shifts_nothing_and_moves_nothing(visit: Open, installation: Installation) -> None:
    page = visit(script=f"({WATCH_SHIFTS})()")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(300)
    ours = [url for url in asked if "/banner/" in url]
    assert len(ours) == 1 and all(url.startswith(installation.base) for url in asked)
    assert page.evaluate("window.shifted") == 0
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("typeof __tcfapi + typeof __gpp + typeof __uspapi") == "undefined" * 3


def test_googles_types_are_denied_first_and_follow_each_choice(visit: Open) -> None:
    page = visit()
    first, *rest = page.evaluate(CONSENT_MODE)
    assert first[:2] == ["consent", "default"] and first[2].pop("wait_for_update") == 500
    assert len(first[2]) == 7 and set(first[2].values()) == {"denied"}
    assert [one[1] for one in rest] == ["update"] and set(rest[0][2].values()) == {"denied"}
    with chosen(page):
        page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("() => kept.allows('site_measurement')")
    granted = page.evaluate(CONSENT_MODE)[-1][2]
    assert granted["analytics_storage"] == "granted"
    assert granted["ad_storage"] == granted["ad_user_data"] == "denied"  # sharing is not asked for on a banner
    with chosen(page):
        page.evaluate("() => { kept.rejectAll() }")
    assert set(page.evaluate(CONSENT_MODE)[-1][2].values()) == {"denied"}


def test_a_signal_that_only_scripts_can_read_is_honored_and_shown(visit: Open) -> None:
    page = visit(script="Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    dialog = page.get_by_role("dialog")
    assert "Opt-out request honored" in dialog.inner_text()
    page.get_by_text("Choose one by one").click()
    boxes = page.locator("#kept-banner input")
    assert [(box.is_checked(), box.is_disabled()) for box in boxes.all()] == [
        (False, False),
        (False, True),
        (False, True),
    ]
    with chosen(page) as answer:
        page.get_by_role("button", name="Accept all").click()
    assert answer.value.json() == {"state": {**OFF, "click_tracking": True}, "signals": ["gpc"]}
    page.wait_for_function("() => kept.state().click_tracking")
    assert page.evaluate("kept.state()") == {**OFF, "click_tracking": True}


@pytest.mark.parametrize("value", ["undefined", "false", "'1'"])
def test_a_browser_without_the_signal_is_asked_and_granted_nothing(visit: Open, value: str) -> None:
    page = visit(script=f"Object.defineProperty(navigator, 'globalPrivacyControl', {{value: {value}}})")
    assert "Opt-out request honored" not in page.get_by_role("dialog").inner_text()
    assert page.evaluate("kept.state()") == OFF


def test_a_choice_that_cannot_be_saved_leaves_everything_off_and_says_so(visit: Open) -> None:
    page = visit()
    page.route("**/banner/v1/choice", lambda route: route.abort())
    page.get_by_role("button", name="Accept all").click()
    page.get_by_text("everything stays off").wait_for()
    assert page.evaluate("kept.state()") == OFF


def test_without_script_a_link_leads_to_the_same_question(visit: Open) -> None:
    page = visit("fr", java_script_enabled=False)
    page.get_by_role("link", name="Privacy choices").click()
    page.get_by_role("button", name="Tout refuser").click()
    assert "Votre choix est enregistré" in page.content()
    assert json.dumps([cookie.get("name") for cookie in page.context.cookies()]).count("kept-visitor") == 1


def test_no_barrier_in_any_look(visit: Open) -> None:
    from axe_playwright_python.base import AXE_FILE_PATH  # type: ignore[import-untyped]  # it ships no types

    run = "async () => (await axe.run('#kept-banner', {preload: false})).violations.map((one) => one.id)"
    for scheme in ("light", "dark"):
        page = visit(color_scheme=scheme)
        page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
        page.get_by_text("Choose one by one").click()
        assert page.evaluate(run) == []
        assert re.search("Choose one by one", page.locator("#kept-banner").inner_text())
