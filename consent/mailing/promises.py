"""Controls of the promises that mail by consent keeps."""

from django.conf import settings

from consent.mailing.inbound.reader import read_opt_out
from consent.mailing.models import MailReading
from consent.mailing.tracking.services import PURPOSE
from consent.terms import terms_in_force
from privacy.jobs.mailbox.handling import is_registered
from privacy.jobs.mailbox.models import InboundMail, InboundState
from privacy.policy.board import ControlAnswer, control, green, not_configured, red


def check_opt_out_by_mail() -> ControlAnswer:
    """A mailbox is read, or agents record what comes there."""
    if not is_registered(read_opt_out):
        return red("Nobody reads opt-outs that come by mail.")
    waiting = InboundMail.objects.filter(state=InboundState.UNCLEAR).count()
    if not settings.KEPT_MAILBOX_URL:
        return not_configured("No mailbox is read; agents record opt-outs at the desk. Set KEPT_MAILBOX_URL.")
    return green(f"The mailbox is read every two minutes; {waiting} mails wait for a person.")


def check_measuring() -> ControlAnswer:
    """Clicks and openings have purposes of their own, which need consent."""
    missing = [code for code in PURPOSE.values() if code not in terms_in_force()]
    if missing:
        return not_configured(f"The policy does not name {' and '.join(missing)}: nothing is measured.")
    return green(f"{MailReading.objects.filter(is_demo=False).count()} readings noted, each allowed when it was noted.")


control(21, code="mailing.opt_out_by_mail", label="Opt-outs by mail and at the desk", check=check_opt_out_by_mail)
control(23, code="mailing.measure_by_consent", label="Clicks and openings by consent", check=check_measuring)
