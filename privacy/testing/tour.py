"""A walk over every page of the product, in a browser: each stop is a name and the page as a person sees it.

`python -m privacy.testing.tour FOLDER` takes a picture of every stop on a desktop and on a phone.
They walk one after the other on one installation: what the visitor files, legal decides.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from privacy.testing import tour_cases, tour_rest
from privacy.testing.browser import DESKTOP, FLAGS, PHONE, Installation, chromium
from privacy.testing.tour_mail import campaign, confirming, mail_at_the_desk
from privacy.testing.tour_places import OBJECTION_OF_DANA, PLACES, RECEIPT_OF_DANA

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, StorageState

Stop = tuple[str, "Page"]
WAITS = 100  # times a tenth of a second, for what a worker does in the background
CONSOLE = "/console/"


class Walker:
    """One person: a page of her own, at home on one installation."""

    def __init__(self, page: "Page", installation: Installation) -> None:
        self.page, self.base, self.installation = page, installation.base, installation
        page.set_default_timeout(15_000)

    def to(self, name: str, path: str) -> Stop:
        self.page.goto(self.base + path)
        return name, self.page

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button).first.click()
        self.page.wait_for_load_state()

    def enter(self, role: str) -> Iterator[Stop]:
        """Sign in by the printed link; staff type the code that the page shows."""
        yield self.to(f"enter-{role}", self.installation.links()[role].removeprefix(self.base))
        self.press("Enter")
        if self.page.locator("#demo-code").count():
            yield f"second-factor-{role}", self.page
            self.type_code()

    def type_code(self) -> None:
        """Where the page asks for the second factor; elsewhere nothing happens."""
        if self.page.locator("#demo-code").count():
            self.page.get_by_label("Code").fill(self.page.locator("#demo-code").inner_text())
            self.page.locator("main form button[type=submit]").first.click()
            self.page.wait_for_load_state()

    def mailed(self, part: str) -> str:
        """The newest captured link whose path begins so."""
        link = self.page.locator(f'a[href*="{part}"]')
        for _ in range(WAITS):
            self.page.goto(self.base + "/demo/mail/")
            if link.count():
                return str(link.first.get_attribute("href")).removeprefix(self.base)
            self.page.wait_for_timeout(100)
        raise AssertionError(f"No mail with a link to {part} arrived.")


def state_of(browser: "Browser", installation: Installation, role: str) -> "StorageState":
    """Somebody signed in, for more pages than one: the printed link and the code count once."""
    context = browser.new_context(viewport=DESKTOP)
    for _ in Walker(context.new_page(), installation).enter(role):
        pass
    state = context.storage_state()
    context.close()
    return state


def visitor(walker: Walker) -> Iterator[Stop]:
    """Nobody signed in: the open pages, a request from the form to its status page, an account."""
    page = walker.page
    for name, path in (
        ("story", "/"),
        ("policy", "/policy/"),
        ("policy-2018", "/policy/2018-05-15/"),
        ("requests-open", "/requests/"),
        ("resend", "/requests/resend/"),
        ("dead-link", "/requests/confirm/no-such-link/"),
        ("dead-demo-link", "/demo/enter/no-such-link/"),
        ("not-found", "/no-such-page/"),
        ("old-preferences-link", "/preferences/by/no-such-link/"),
        ("old-permission-link", "/preferences/permissions/by/no-such-link/"),
        ("testimonials", "/testimonials/"),
        ("customers", "/customers/"),
        ("unsubscribe-dead", "/unsubscribe/no-such-link"),
        ("sign-in", "/accounts/login/"),
        ("sign-up", "/accounts/signup/"),
        ("password-reset", "/accounts/password/reset/"),
    ):
        yield walker.to(name, path)
    yield from _sites(walker)
    yield from _request(walker)
    yield from _preferences_by_mail(walker)
    yield walker.to("mail", "/demo/mail/")
    yield from _account(walker)
    assert page.url.startswith(walker.base)


def _sites(walker: Walker) -> Iterator[Stop]:
    """What visitors of a site see of us: the banner, the same as a page, signals, the question for the age."""
    page = walker.page
    yield walker.to("site", "/demo/site/")
    page.get_by_text("Choose one by one").click()
    yield "site-choose", page
    walker.press("Reject all")
    yield "site-chosen", page
    yield walker.to("choices", str(page.locator("noscript").inner_html()).split('"')[1])
    page.set_extra_http_headers({"Sec-GPC": "1"})
    yield walker.to("signals", "/preferences/signals/")
    page.set_extra_http_headers({})
    yield walker.to("age", "/age/")
    walker.press("Go on")
    yield "age-errors", page
    for label, value in (("Day", "1"), ("Month", "2"), ("Year", "1980")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("The country that you live in").select_option("DE")
    walker.press("Go on")
    yield "age-old-enough", page
    walker.to("", "/age/")
    for label, value in (("Day", "1"), ("Month", "2"), ("Year", "2025")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("The country that you live in").select_option("DE")
    walker.press("Go on")
    yield "age-too-young", page


def _request(walker: Walker) -> Iterator[Stop]:
    page = walker.page
    yield walker.to("ask", "/requests/new/")
    page.get_by_label("Your email address").fill("not an address")
    walker.press("Send the request")
    yield "ask-errors", page
    page.get_by_label("Delete my data").check()
    page.get_by_label("Your email address").fill("erik.demo@example.com")
    walker.press("Send the request")
    yield "sent", page
    link = walker.mailed("/requests/confirm/")
    yield walker.to("confirm", link)
    walker.press("Yes, it was me")
    page.get_by_text("how this is counted").click()
    yield "status", page
    yield from tour_cases.in_other_words(walker, "status")
    yield walker.to("used-link", link)
    yield from tour_cases.by_code(walker)


def _preferences_by_mail(walker: Walker) -> Iterator[Stop]:
    page = walker.page
    yield walker.to("preferences-door", "/preferences/")
    page.get_by_label("Your email address").fill("erik.demo@example.com")
    walker.press("Mail me a link")
    yield "preferences-sent", page
    yield walker.to("preferences-by-link", walker.mailed("/preferences/by/"))
    made = walker.installation.command("shell", "-v", "0", "-c", UNSUBSCRIBE_LINK).split()[-1]
    yield walker.to("unsubscribe", made.removeprefix(walker.base))
    walker.press("Unsubscribe")
    yield "unsubscribed", page
    yield from confirming(walker)


UNSUBSCRIBE_LINK = """
from accounts.models import User
from consent.links import unsubscribe_url
print(unsubscribe_url(User.objects.get(email="dana.demo@example.com").subject_id, "newsletter"))
"""


def _account(walker: Walker) -> Iterator[Stop]:
    page = walker.page
    walker.to("", "/accounts/signup/")
    page.locator("form input[type=email]").first.fill("nobody")
    page.locator("main form button[type=submit]").first.click()
    yield "sign-up-errors", page
    walker.to("", "/accounts/login/")
    page.locator("input[name=login]").fill("nobody@example.com")
    page.locator("input[name=password]").fill("wrong")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    yield "sign-in-errors", page
    walker.to("", "/accounts/password/reset/")
    page.locator("input[name=email]").fill("dana.demo@example.com")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    yield "password-reset-sent", page
    yield walker.to("password-reset-key", walker.mailed("/accounts/password/reset/key/"))


def customer(walker: Walker) -> Iterator[Stop]:
    """Dana, signed in with an account of her own."""
    page = walker.page
    yield from walker.enter("dana")
    for each in page.locator("details").all():
        each.evaluate("one => { one.open = true }")
    yield "preferences", page
    receipt = walker.installation.command("shell", "-v", "0", "-c", RECEIPT_OF_DANA).split()[-1]
    yield walker.to("receipt", receipt)
    yield walker.to("permissions", "/preferences/permissions/")
    yield walker.to("permission", walker.mailed("/preferences/permissions/by/"))
    yield from tour_cases.own_pages(walker)
    yield walker.to("my-data", "/my-data/")
    tables = [str(one.get_attribute("href")) for one in page.locator('main a[href^="/my-data/tables/"]').all()]
    for path in tables:
        yield walker.to("my-data-" + path.rstrip("/").rsplit("/")[-1].replace(".", "-"), path)
    yield from _package(walker)
    yield walker.to("requests-none", "/requests/")
    walker.to("", "/requests/new/?right=access")
    walker.press("Send the request")
    yield "request-own", page
    yield from tour_rest.own(walker)
    for name, path in (
        ("requests", "/requests/"),
        ("logins", "/logins/"),
        ("name", "/accounts/name/"),
        ("email-addresses", "/accounts/email/"),
        ("two-factor", "/accounts/2fa/"),
        ("two-factor-set-up", "/accounts/2fa/totp/activate/"),
        ("sign-out", "/accounts/logout/"),
    ):
        yield walker.to(name, path)


def _package(walker: Walker) -> Iterator[Stop]:
    page = walker.page
    yield walker.to("download", "/my-data/download/")
    walker.press("Put my package together")
    yield "package-waiting", page
    for _ in range(WAITS):
        if page.get_by_role("button", name="Download it now").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    yield "package", page


def agent(walker: Walker) -> Iterator[Stop]:
    """Omar at the desk."""
    page = walker.page
    yield from walker.enter("omar")
    yield "desk", page
    walker.press("File the request")
    yield "desk-errors", page
    page.get_by_label("Delete my data").check()
    page.get_by_label("Phone", exact=True).check()
    page.locator("input[name=email]").fill("erik.demo@example.com")
    walker.press("File the request")
    yield "desk-second", page
    page.locator("input[name=email]").fill("gina.demo@example.com")
    walker.press("File the request")
    yield "desk-filed", page
    yield from mail_at_the_desk(walker)
    yield from tour_cases.pasted_at_the_desk(walker)
    yield walker.to("two-factor-staff", "/accounts/2fa/")
    yield walker.to("reauthenticate", "/accounts/2fa/recovery-codes/generate/")


def legal(walker: Walker) -> Iterator[Stop]:
    """Lena in the console: what every list and every decision page shows."""
    page = walker.page
    yield from walker.enter("lena")
    yield walker.to("console", CONSOLE)
    yield walker.to("queue", CONSOLE + "dsr/subjectrequest/")
    yield from tour_cases.views(walker)
    yield walker.to("month", CONSOLE + "dsr/subjectrequest/month/")
    yield walker.to("queue-all", CONSOLE + "dsr/subjectrequest/?show=all")
    waiting = page.locator("#result_list tbody tr", has=page.locator(".badge-received"))
    erasure = waiting.filter(has_text="erasure").last  # the newest stands first; what other roles did is not in its way
    case = str(erasure.locator("th a").get_attribute("href")).split("?")[0]
    key = case.rstrip("/").split("/")[-2]
    yield walker.to("case", case)
    for act in ("identity", "ask", "preview", "refuse", "extend"):
        yield walker.to(f"case-{act}", f"{CONSOLE}dsr/subjectrequest/{key}/{act}/")
    walker.to("", f"{CONSOLE}dsr/subjectrequest/{key}/preview/")
    walker.press("Freeze this plan")
    yield "case-prepared", page
    walker.to("", str(page.get_by_role("link", name="Read and approve").get_attribute("href")))
    walker.type_code()
    yield "plan", page
    yield from tour_cases.cases(walker)
    yield from campaign(walker, CONSOLE)
    yield from _lists(walker)
    yield from _drafting(walker)


def _drafting(walker: Walker) -> Iterator[Stop]:
    """A draft of the policy: its workbench, one purpose, a trick that the lint refuses, and the review."""
    page, versions = walker.page, CONSOLE + "policy/policyversion/"
    yield walker.to("purposes", versions + "purposes/")
    yield walker.to("purpose", versions + "purposes/newsletter/")
    yield walker.to("draft-start", versions + "start/")
    walker.press("Start the draft")
    yield "draft", page
    draft = page.url.removeprefix(walker.base)
    yield walker.to("draft-purpose", f"{draft}purposes/newsletter/")
    page.get_by_label("Label", exact=True).fill("Essential news")
    page.get_by_label("Summary", exact=True).fill("A regular mail about our products and services.")
    walker.press("Look at it")
    yield "draft-looked", page
    walker.press("Write it into the draft")
    yield walker.to("draft-policy", f"{draft}policy/")
    yield walker.to("draft-region", f"{draft}regions/US-CA.2023-01-01/")
    yield walker.to("draft-preview", f"/preferences/preview/{draft.split('/')[-3]}/?language=de")
    base = draft.removesuffix("edit/")
    for name in ("lint", "import", "review"):
        walker.to("", f"{base}{name}/")
        walker.type_code()
        yield f"draft-{name}", page


def _lists(walker: Walker) -> Iterator[Stop]:
    page = walker.page
    yield from tour_cases.data_map(walker)
    for name, path in (*PLACES, *tour_cases.PLACES):
        walker.to(name, CONSOLE + path)
        walker.type_code()
        yield name, page
        first = page.locator("#result_list tbody th a").first
        if first.count():
            walker.to("", str(first.get_attribute("href")))
            walker.type_code()
            yield f"{name}-one", page
    walker.to("", CONSOLE + "consent/consentevent/person/")
    page.get_by_label("Identifier").fill("dana.demo@example.com")
    walker.press("Find")
    yield "decisions-person", page
    dana = walker.installation.command("shell", "-v", "0", "-c", OBJECTION_OF_DANA).split()[-1]
    walker.to("", f"{CONSOLE}consent/consentevent/person/{dana}/ground/security_logs/")
    walker.type_code()
    yield "ground", page
    page.get_by_label("Security of the service").check()
    page.get_by_label("Why it outweighs").fill("Somebody signed in as her from three countries in one night.")
    walker.press("Record it")
    yield "ground-recorded", page
    yield walker.to("ground-in-force", f"{CONSOLE}consent/consentevent/person/{dana}/ground/security_logs/")
    yield walker.to("console-not-found", CONSOLE + "no-such-page/")


ROLES: dict[str, Callable[[Walker], Iterator[Stop]]] = {
    "visitor": visitor,
    "customer": customer,
    "agent": agent,
    "legal": legal,
    "rest": tour_rest.rest,
}


def take(browser: "Browser", installation: Installation, folder: Path) -> None:
    """Every stop of every walk, at both sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    for role, walk in ROLES.items():
        page = browser.new_page(viewport=DESKTOP)
        for name, shown in walk(Walker(page, installation)):
            for size_name, size in (("desktop", DESKTOP), ("phone", PHONE)):
                shown.set_viewport_size(size)
                shown.screenshot(path=folder / f"{role}-{name}-{size_name}.png", full_page=True)
            shown.set_viewport_size(DESKTOP)


def main() -> int:
    parser = argparse.ArgumentParser(description="Take a picture of every page.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    from playwright.sync_api import sync_playwright

    installation = Installation(Path(tempfile.mkdtemp(prefix="kept-tour-")))
    installation.start()
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
            take(browser, installation, folder)
            browser.close()
    finally:
        installation.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
