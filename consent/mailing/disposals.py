"""Which tables of mail are emptied by time."""

from consent.mailing.models import MailReading
from privacy.jobs.mailbox.models import InboundMail
from privacy.personal_data.disposals import disposable

disposable(InboundMail, period="inbound_mail", column="received_at")
disposable(MailReading, code="mail_readings", period="browsing", column="at")
