"""Filing at the desk takes an agent's hands and head at most 60 seconds, in at most 12 fields, without a mouse.

A suite cannot measure a person, but it can count what the page asks of one. The figures are of the keystroke-level
model: Card, Moran and Newell, "The Keystroke-Level Model for User Performance Time with Interactive Systems",
Communications of the ACM 23(7), 1980, pages 396-410. K = 0.28 s for each key of an average typist who is no
secretary (40 words a minute); Shift and Control are keys of their own. M = 1.35 s for each mental step, which is
here one for each field that is filled in or checked, one for each button and one for each other decision. The time
that the program takes (R) is not counted, nor are listening and reading the letter, which no page makes shorter.
"""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from privacy.kernel import clock
from privacy.testing.browser import DESKTOP, Installation
from privacy.testing.tour import state_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

pytestmark = pytest.mark.browser
KEY_S, MENTAL_S, MOST_S = 0.28, 1.35, 60.0
MOST_FIELDS = 12
MOST_STEPS = 80
SHIFTED = set('ABCDEFGHIJKLMNOPQRSTUVWXYZ~!@#$%^&*()_+{}|:"<>?')
VISIBLE = """() => [...new Set([...document.querySelectorAll('main form [name]:not(button)')]
    .filter((one) => one.type !== 'hidden' && one.checkVisibility()).map((one) => one.name))]"""
LETTER = """Margaret Whitfield
14 Rosewood Lane
Bristol BS1 5TR
United Kingdom

Bristol, {day}

Dear Sir or Madam,

I bought from your shop two years ago. Please send me a copy of my data, and then delete my account.

Yours faithfully
Margaret Whitfield
"""
MAIL = """From: {name} <{email}>
Sent: {day}
To: support@kept.example
Subject: My data

Hello, please send me a copy of my data. Thank you. {name}
"""


class Hands:
    """An agent at a page: every key is counted, and every mental step."""

    def __init__(self, page: "Page") -> None:
        self.page, self.keys, self.steps = page, 0, 0
        self.touched: set[str] = set()

    def press(self, key: str, times: int = 1) -> None:
        """One key, or several held together."""
        self._touch()
        for _ in range(times):
            self.page.keyboard.press(key)
            self.keys += len(key.split("+"))

    def type(self, text: str) -> None:
        self._touch()
        self.page.keyboard.type(text)
        self.keys += len(text) + sum(sign in SHIFTED for sign in text)

    def to(self, wanted: str) -> None:
        """Decide where to go, and press Tab until the focus stands there."""
        self.steps += 1
        for _ in range(MOST_STEPS):
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
                return
            self.page.keyboard.press("Tab")
            self.keys += 1
        raise AssertionError(f"Tab does not lead to {wanted}")

    def decide(self) -> None:
        """A mental step about no field."""
        self.steps += 1

    def check(self, *fields: str) -> None:
        """Look whether what stands there is right."""
        self.steps += len(fields)
        self.touched.update(fields)

    def _touch(self) -> None:
        name = self.page.evaluate(
            "() => document.activeElement.matches('button') ? '' : document.activeElement.name || ''"
        )
        self.touched |= {name} - {""}

    @property
    def seconds(self) -> float:
        return self.keys * KEY_S + self.steps * MENTAL_S


@pytest.fixture(scope="module")
def omar_in(browser: "Browser", installation: Installation) -> "StorageState":
    """Omar, signed in once: his code counts once."""
    return state_of(browser, installation, "omar")


@pytest.fixture
def hands(browser: "Browser", installation: Installation, omar_in: "StorageState") -> "Iterator[Hands]":
    """His, as the page of the desk opens; an error on it fails the test."""
    context = browser.new_context(viewport=DESKTOP, storage_state=omar_in)
    context.set_default_timeout(30_000)
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{installation.base}/desk/")
    few_fields(page)
    assert page.evaluate("() => document.activeElement.id") == "id_message"  # where work begins
    yield Hands(page)
    context.close()
    assert not faults


def few_fields(page: "Page") -> None:
    fields = page.evaluate(VISIBLE)
    assert len(fields) <= MOST_FIELDS, fields


def copied(hands: Hands, text: str) -> None:
    """Another program has it in the clipboard; that was another task."""
    other = hands.page.context.new_page()
    other.set_content("<textarea autofocus></textarea>")
    other.locator("textarea").fill(text)
    other.locator("textarea").press("Control+a")
    other.locator("textarea").press("Control+c")
    other.close()
    hands.page.bring_to_front()


def stamp(days: int) -> dt.date:
    return clock.now().date() - dt.timedelta(days=days)


def read(hands: Hands) -> None:
    """Press "Read it", until the form stands there filled."""
    hands.to("button[value=read]")
    with hands.page.expect_navigation():
        hands.press("Enter")
    hands.page.get_by_text("What was read").wait_for()
    few_fields(hands.page)
    assert hands.page.evaluate("() => document.activeElement.name") == "rights"  # where checking begins


def filed(hands: Hands, button: str = "value=file") -> None:
    """Press the button at the end; the page names the reference and the day."""
    press_file(hands, button)
    assert "The answer is due by" in hands.page.locator(".messages").inner_text()
    assert len(hands.touched) <= MOST_FIELDS, hands.touched
    assert hands.seconds <= MOST_S, f"{hands.keys} keys and {hands.steps} steps take {hands.seconds:.1f} s"


def press_file(hands: Hands, button: str = "value=file") -> None:
    hands.to(f"button[{button}]")
    with hands.page.expect_navigation():
        hands.press("Enter")


def test_a_letter_that_is_pasted(hands: Hands) -> None:
    page = hands.page
    copied(hands, LETTER.format(day=f"{stamp(9):%-d %B %Y}"))
    hands.to("#id_message")
    hands.press("Control+v")
    read(hands)
    hands.check("rights", "language")
    assert page.locator("input[name=rights]:checked").count() == 2
    hands.to("input[name=channel]")
    hands.press("ArrowDown", 3)
    assert page.locator("input[value=post]").is_checked()
    hands.to("#id_received_on")
    hands.type(f"{stamp(3):%m%d%Y}")
    assert page.locator("#id_received_on").input_value() == stamp(3).isoformat()
    hands.to("#id_postal")
    hands.type("14 Rosewood Lane\nBristol BS1 5TR\nUnited Kingdom")
    hands.to("#id_name")
    hands.type("Margaret Whitfield")
    hands.check("identity_level")
    filed(hands)


def test_a_call_with_nothing_to_paste(hands: Hands) -> None:
    hands.to("#id_message")
    hands.type("Wants her account and everything about her deleted.")
    hands.to("input[name=rights][value=erasure]")
    hands.press("Space")
    hands.to("input[name=channel]")
    hands.press("ArrowDown")
    assert hands.page.locator("input[value=phone]").is_checked()
    hands.check("received_on")
    hands.to("#id_email")
    hands.type("maria.gonzalez@example.com")
    hands.to("#id_name")
    hands.type("Maria Gonzalez")
    hands.to("#id_phone")
    hands.type("07700 900123")
    hands.check("language", "identity_level")
    filed(hands)


def test_a_mail_of_somebody_we_know(hands: Hands) -> None:
    page = hands.page
    copied(hands, MAIL.format(name="Dana Demo", email="dana.demo@example.com", day=f"{stamp(1):%-d %B %Y}"))
    hands.to("#id_message")
    hands.press("Control+v")
    read(hands)
    assert "we know 1 person" in page.locator("#candidates").inner_text()
    hands.decide()  # is it them?
    hands.check("rights", "channel", "received_on", "email", "name", "language")
    assert page.locator("input[value=access]").is_checked() and page.locator("input[value=mail]").is_checked()
    assert page.locator("#id_received_on").input_value() == stamp(1).isoformat()
    hands.to("input[name=identity_level]")
    hands.press("ArrowDown")
    assert page.locator("input[value=V1]").is_checked()
    filed(hands)


def test_a_mail_of_somebody_with_an_open_request_about_something_else(hands: Hands) -> None:
    page = hands.page
    copied(hands, MAIL.format(name="Ivy Demo", email="ivy.demo@example.com", day=f"{stamp(1):%-d %B %Y}"))
    hands.to("#id_message")
    hands.press("Control+v")
    read(hands)
    hands.decide()
    hands.check("rights", "channel", "received_on", "email", "name", "language", "identity_level")
    press_file(hands)
    page.get_by_text("Nothing was filed yet").wait_for()
    hands.decide()  # the same matter, or another?
    few_fields(page)
    filed(hands, "name=file_anyway")
