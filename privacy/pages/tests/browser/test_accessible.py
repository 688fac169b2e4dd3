"""Every page, on a desktop and on phones, in light and in dark: no barrier that axe finds, nothing that
runs out of a phone's width, no error on the console, no request to elsewhere, no page without the strict policy."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import pytest

from privacy.testing import doors
from privacy.testing.browser import DESKTOP, PHONE, Installation
from privacy.testing.tour import ROLES, Walker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response, ViewportSize

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SMALL_PHONE: "ViewportSize" = {"width": 320, "height": 700}
# preload would read style sheets anew, as inline ones, which the policy of the page refuses
CONTRAST = {"preload": False, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# target-size is off in axe unless asked for by name
ALL = {"preload": False, "runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}
LOOKS: "list[tuple[str, ViewportSize, Scheme, dict[str, Any]]]" = [
    ("desktop light", DESKTOP, "light", ALL),
    ("desktop dark", DESKTOP, "dark", CONTRAST),
    ("phone light", PHONE, "light", ALL),
]
TWINS = {"policy-2018", "queue-all"}  # long pages of the same templates as their neighbors: the width is enough
POLICY = "default-src 'self'"
RUN = """async (options) => {
    const found = await axe.run(document, {...options, resultTypes: ['violations']})
    const place = (node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')
    return found.violations.map((one) => one.id + ': ' + one.nodes.map(place).join(' | '))
}"""
TOO_WIDE = """() => {
    const beyond = (one) => one.getBoundingClientRect().right > innerWidth + 1
    const parts = [...document.querySelectorAll('body *')].filter(beyond).slice(0, 3)
    return [document.documentElement.scrollWidth, innerWidth, parts.map((one) => one.outerHTML.slice(0, 120))]
}"""
# What the walk asks for and is refused on purpose; everything else that is an error fails.
REFUSED = ("400 (Bad Request)", "404 (Not Found)", "409 (Conflict)", "410 (Gone)")


class Watch:
    """What a page did that no page may do."""

    def __init__(self, page: "Page", base: str) -> None:
        self.base, self.faults, self.shown = base, [], set()
        page.on("console", lambda said: self.said(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda asked: self.asked(asked.url))
        page.on("response", self.answered)

    faults: list[str]
    shown: set[str]  # the routes whose pages came, and not the page of an error in their place

    def said(self, text: str) -> None:
        if not any(expected in text for expected in REFUSED):
            self.faults.append(text)

    def asked(self, url: str) -> None:
        if not url.startswith(self.base + "/"):
            self.faults.append(f"asked {url}")

    def answered(self, response: "Response") -> None:
        if "text/html" not in response.headers.get("content-type", ""):
            return
        if response.ok:
            self.shown.add(doors.route_of(response.url.removeprefix(self.base)))
        policy = response.headers.get("content-security-policy", "")
        if POLICY not in policy or "unsafe" in policy or "*" in policy:
            self.faults.append(f"{response.url} came with the policy {policy!r}")


def barriers(page: "Page", axe: str) -> Iterator[str]:
    """What axe finds in each look."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    for look, size, scheme, options in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        yield from (f"{look}: {each}" for each in page.evaluate(RUN, options))


def too_wide(page: "Page") -> Iterator[str]:
    """What a person on a phone would have to push aside to read."""
    for size in (PHONE, SMALL_PHONE):
        page.set_viewport_size(size)
        wide, room, parts = page.evaluate(TOO_WIDE)
        if wide > room:
            yield f"{wide} px wide in {room}: {parts}"


@pytest.fixture(scope="module")
def axe() -> str:
    from axe_playwright_python.base import AXE_FILE_PATH  # type: ignore[import-untyped]  # it ships no types

    return str(AXE_FILE_PATH.read_text(encoding="utf-8"))


def test_every_page(browser: "Browser", installation: Installation, axe: str) -> None:
    """All walks in one test, in the order of the story: what the visitor files is in the queue of legal, and only who
    came by everything can tell what was left out. Whatever a person can open was opened, or stands in the short list
    of doors.py with a reason."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for role, walk in ROLES.items():
        context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
        stops = 0
        page = context.new_page()
        watch = Watch(page, installation.base)
        for name, shown in walk(Walker(page, installation)):
            stops += 1
            faults = [*too_wide(shown), *(() if name in TWINS else barriers(shown, axe)), *watch.faults]
            watch.faults.clear()
            shown.set_viewport_size(DESKTOP)
            if faults:
                found[f"{role} {name} {shown.url.removeprefix(installation.base)}"] = faults
        seen |= watch.shown
        context.close()
        assert stops > 5, role
    assert not found, json.dumps(found, indent=1)
    assert {door.route for door in doors.doors() if doors.is_page(door)} - seen == set()


def test_every_reason_for_leaving_a_page_out_is_needed() -> None:
    """A line that leaves nothing out is deleted: it would hide the next page of that name."""
    routes = [door.route for door in doors.doors()]
    assert [why for pattern, why in doors.NO_PAGE if not any(re.search(pattern, route) for route in routes)] == []
