"""The last walk of the tour: pages that the story of the demo does not come by, on a stage of their own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privacy.testing.tour import Stop, Walker

STAGE = "from privacy.testing.tour_stage import stage; stage()"
PASSWORD = "a long word of the tour 77"  # of an invented person, in a home that is thrown away
OF_NOBODY = (
    ("inactive", "/accounts/inactive/"),
    ("confirm-email-sent", "/accounts/confirm-email/"),
    ("confirm-email-dead", "/accounts/confirm-email/no-such-link/"),
    ("password-reset-done", "/accounts/password/reset/key/done/"),
)


def rest(walker: "Walker") -> "Iterator[Stop]":
    """Nora: everything that is staged, and her own second factor."""
    page = walker.page
    for name, path in OF_NOBODY:
        yield walker.to(name, path)
    yield from walker.enter("nora")
    staged = walker.installation.command("shell", "-v", "0", "-c", STAGE).split("\n")
    for line in filter(None, staged):
        name, path = line.split()
        walker.to("", path)
        walker.type_code()
        yield f"staged-{name}", page
        show = page.get_by_role("button", name="Show the question")
        if show.count():
            show.click()
            page.wait_for_load_state()
            yield f"staged-{name}-open", page
    for name in ("recovery-codes/generate", "recovery-codes", "totp/deactivate"):
        walker.to("", f"/accounts/2fa/{name}/")
        walker.type_code()
        yield "two-factor-" + name.replace("/", "-"), page
        if name.endswith("generate"):
            page.locator("main form button[type=submit]").first.click()
            page.wait_for_load_state()


def own(walker: "Walker") -> "Iterator[Stop]":
    """A customer corrects something, proves who she is, and sets a password."""
    page = walker.page
    request = page.url
    walker.to("", "/accounts/password/set/")
    yield "password-set", page
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    walker.to("", "/accounts/login/")  # a new password ends every session
    page.locator("main input[type=email], main input[name=login]").first.fill("dana.demo@example.com")
    page.locator("main input[type=password]").first.fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    yield walker.to("reauthenticate", "/accounts/reauthenticate/")
    page.locator("main input[type=password]").first.fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    yield walker.to("password-change", "/accounts/password/change/")
    yield walker.to("request-identity", f"{request.removeprefix(walker.base)}identity/")
    walker.to("", "/my-data/correct/")
    page.get_by_label("The right value").fill("Dana Q. Demo")
    walker.press("Correct it")
    yield "my-data-corrected", page
