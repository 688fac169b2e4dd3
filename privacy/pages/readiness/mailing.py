"""Checks of promotional mail and of the mailbox that is read."""

import datetime as dt

from django.conf import settings

from consent.mailing.headers import is_one_click_possible
from privacy.jobs.mailbox.reading import HEARTBEAT
from privacy.jobs.models import Heartbeat
from privacy.kernel import clock
from privacy.pages.readiness.contract import Answer, green, red, yellow

QUIET = dt.timedelta(hours=1)


def check_one_click() -> Answer:
    """Mail programs offer one-click unsubscribing by https only, and by a signature that covers the headers."""
    if not is_one_click_possible():
        return yellow(
            "Promotional mail carries no one-click header: KEPT_BASE_URL is not https. The link in its text stays.",
            "Set KEPT_BASE_URL to https://…",
        )
    return green("Promotional mail carries one-click headers. Try one with manage.py check_eml: it must be signed.")


def check_mailbox() -> Answer:
    """Opt-outs that come by mail are found only while the mailbox can be read."""
    if not settings.KEPT_MAILBOX_URL:
        return green("No mailbox is read: agents record opt-outs at the desk.")
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    if beat is None or clock.now() - beat.at > QUIET:
        return red(
            "The mailbox could not be read for an hour: opt-outs wait there.",
            "Check KEPT_MAILBOX_URL: host, user, password, folder and certificate.",
        )
    if not settings.KEPT_MAILBOX_ADDRESS:
        return yellow("The mailbox is read, but no mail offers it.", "Set KEPT_MAILBOX_ADDRESS to its address.")
    return green("The mailbox is read.")


MAILING = [
    ("one_click", "One-click", check_one_click),
    ("mailbox", "Mailbox", check_mailbox),
]
