"""Tables of the ground that are emptied by time: the ground knows no periods."""

from privacy.jobs.models import CapturedMail
from privacy.personal_data.disposals import disposable

# It stands for the person's own mailbox where no mail server is configured, and goes with the case's contact.
disposable(CapturedMail, code="captured_mail", period="case_contact", column="created_at")
