"""The stops of the tour that mail by consent adds: confirming, unsubscribing, the desk's part, a campaign."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privacy.testing.tour import Stop, Walker

CONFIRM_LINKS = """
from accounts.models import User
from consent.double_opt_in import Wish, make_token
from consent.services import How
from consent.vocabulary import Door
from privacy.kernel import clock
dana, now = User.objects.get(email="dana.demo@example.com"), int(clock.now().timestamp())
for at in (now, now - 3600):
    wish = Wish("dana.demo@example.com", dana.subject_id, ("newsletter", "events"), How(Door.FORM), at=at)
    print(f"/preferences/confirm/{make_token(wish)}/")
"""
UNCLEAR_MAIL = """
from privacy.jobs.mailbox.models import InboundMail
from privacy.kernel import clock
mail = InboundMail.objects.create(
    message_key="tour", sender="gina.demo@example.com", subject_line="Your mails", text="Fewer, please?",
    received_at=clock.now(), state="unclear", is_demo=True)
print(f"/desk/mail/{mail.pk}/")
"""


def _made(walker: "Walker", code: str) -> list[str]:
    """Paths that a piece of code prints, as no page of the demo leads there."""
    return walker.installation.command("shell", "-v", "0", "-c", code).split()


def confirming(walker: "Walker") -> "Iterator[Stop]":
    """After a topic was unsubscribed: all of it, and the page behind a confirmation mail, fresh and old."""
    page = walker.page
    walker.to("", str(page.get_by_role("link", name="Stop all promotional mail").get_attribute("href")))
    yield "unsubscribe-all", page
    for name, path in zip(("confirm-choice", "confirm-old"), _made(walker, CONFIRM_LINKS)[-2:], strict=True):
        yield walker.to(name, path)
    walker.press("Mail me a fresh link")
    yield "confirm-sent", page
    yield walker.to("confirm-dead", "/preferences/confirm/no-such-link/")


def mail_at_the_desk(walker: "Walker") -> "Iterator[Stop]":
    """An opt-out by phone, and a mail that is not clear."""
    page = walker.page
    yield walker.to("opt-out", "/desk/opt-out/")
    walker.press("Record it")
    yield "opt-out-errors", page
    page.get_by_label("Email address or phone number").fill("gina.demo@example.com")
    page.get_by_label("Phone", exact=True).check()
    walker.press("Record it")
    yield "opt-out-recorded", page
    yield walker.to("inbound-none", "/desk/mail/")
    path = _made(walker, UNCLEAR_MAIL)[-1]
    yield walker.to("inbound", "/desk/mail/")
    yield walker.to("inbound-mail", path)
    yield walker.to("desk-from-mail", path.replace("/desk/mail/", "/desk/from-mail/"))


def campaign(walker: "Walker", console: str) -> "Iterator[Stop]":
    """Written, and counted by the worker; nothing is sent."""
    page = walker.page
    yield walker.to("campaign-write", f"{console}mailing/campaign/write/")
    page.get_by_label("Subject").fill("News of November")
    page.get_by_label("Text").fill("Hello,\n\nread https://www.example.com/news today.")
    walker.press("Keep the draft")
    yield "campaign-draft", page
    walker.press("Count who would get it")
    for _ in range(100):
        if page.get_by_role("button", name="Send it to").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    yield "campaign-counted", page
    yield walker.to("campaigns", f"{console}mailing/campaign/")
