"""The stops of the tour on pages of a request: for who asks, at the desk, and for legal in the console."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privacy.testing.tour import Stop, Walker

CASES = "/console/dsr/subjectrequest/"
PASTED = (
    "Hello,\n\nI am Gina Demo, gina.demo@example.com. Please send me a copy of everything you hold about me "
    "and stop using my data for advertising.\n\nGina"
)
ACCESS_CASE = """
from dsr.models import SubjectRequest
row = SubjectRequest.objects.filter(items__right="access", state="received").order_by("received_at").first()
print(row.pk)
"""
ACTS = ("who", "role", "tasks", "whose", "correct", "law", "ask", "answered", "message", "lift", "send")
PLACES = (
    ("calendar-corrections", "timekeeping/calendarday/"),
    ("calendar-correction-add", "timekeeping/calendarday/add/"),
    ("recount", "timekeeping/calendarday/recount/"),
    ("reviews", "review/review/"),
    ("systems", "connectors/connectedsystem/"),
    ("demands", "demands/legaldemand/"),
    ("demand-new", "demands/legaldemand/new/"),
)


def _made(walker: "Walker", code: str) -> str:
    """What a piece of code prints, as no page of the demo leads there."""
    return walker.installation.command("shell", "-v", "0", "-c", code).split()[-1]


def data_map(walker: "Walker") -> "Iterator[Stop]":
    """The picture of the sample shop's data map."""
    code = "from privacy.connectors.models import ConnectedSystem; print(ConnectedSystem.objects.get(kind='sql').pk)"
    yield walker.to("data-map", f"/console/connectors/connectedsystem/{_made(walker, code)}/map/")


def speak(walker: "Walker", language: str) -> None:
    """Choose the language at the page's own switch."""
    walker.page.locator(".tongue summary").click()
    walker.page.locator(f".tongue button[value={language}]").click()
    walker.page.locator(f"html[lang={language}]").wait_for(state="attached")


def in_other_words(walker: "Walker", name: str) -> "Iterator[Stop]":
    """The page that is open, in the two languages that run longest."""
    for language in ("de", "hi"):
        speak(walker, language)
        yield f"{name}-{language}", walker.page
    speak(walker, "en")


def views(walker: "Walker") -> "Iterator[Stop]":
    """The form to save what the queue shows, a view that is kept, and all of them."""
    page = walker.page
    walker.to("", f"{CASES}?right=access")
    page.get_by_text("Save this view").click()
    yield "queue-save", page
    page.locator(".views").get_by_label("Name").fill("Copies of data")
    page.locator(".views details button").click()
    page.wait_for_load_state()
    yield "queue-view", page
    yield walker.to("views", f"{CASES}views/")
    page.get_by_role("link", name="Rename").first.click()
    yield "view-change", page
    walker.to("", f"{CASES}views/")
    walker.press("Delete")
    yield "view-deleted", page


def by_code(walker: "Walker") -> "Iterator[Stop]":
    """Confirming without a link."""
    page = walker.page
    yield walker.to("code", "/requests/code/")
    page.get_by_label("Reference").fill("KX-AAAA-AAAA")
    page.get_by_label("Code", exact=True).fill("000000")
    walker.press("Confirm")
    yield "code-wrong", page
    yield from in_other_words(walker, "code")


def pasted_at_the_desk(walker: "Walker") -> "Iterator[Stop]":
    """A mail that was pasted and read, and the page of who asks."""
    page = walker.page
    walker.to("", "/desk/")
    page.locator("textarea[name=message]").fill(PASTED)
    walker.press("Read it")
    yield "desk-read", page
    yield walker.to("desk-identity", "/desk/identity/")
    walker.press("Mail six digits")
    yield "desk-identity-errors", page


def cases(walker: "Walker") -> "Iterator[Stop]":
    """Everything that can be done with a request for access, and the lists around it."""
    page = walker.page
    case = f"{CASES}{_made(walker, ACCESS_CASE)}/"
    yield walker.to("access", case + "change/")
    for act in ACTS:
        walker.to("", f"{case}{act}/")
        walker.type_code()
        yield f"access-{act}", page
    walker.to("", case + "change/")
    page.get_by_role("link", name="Decide", exact=True).first.click()
    yield "access-answer", page
    steps = page.get_by_role("link", name="step by step")
    if steps.count():
        steps.click()
        page.wait_for_load_state()
        yield "access-decide", page
    walker.to("", case + "change/")
    review = page.get_by_role("button", name="Review documents")
    if review.count():
        review.click()
        page.wait_for_load_state()
        yield "access-review", page


def own_pages(walker: "Walker") -> "Iterator[Stop]":
    """What a person signed in does to their data without anybody of ours."""
    page = walker.page
    walker.to("", "/my-data/correct/")
    walker.type_code()
    yield "my-data-correct", page
    walker.press("Correct it")
    yield "my-data-correct-errors", page
    walker.to("", "/my-data/payments/")
    walker.type_code()
    yield "my-data-payments", page
    walker.to("", "/my-data/")
    leave = page.get_by_role("link", name="Delete my account")
    if leave.count():
        leave.click()
        page.wait_for_load_state()
        yield "my-data-delete", page
