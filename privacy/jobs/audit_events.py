"""Event types of jobs and mail."""

from privacy.audit.registry import event_type

JOB_RETRIED = event_type("jobs.retried", label="Job tried again by a person", payload={"kind": str})
JOB_STUCK = event_type("jobs.stuck", label="Job needs a person", payload={"kind": str, "error": str, "attempts": int})
MAIL_ACCEPTED = event_type("mail.accepted", label="Mail accepted by the mail server", payload={"template": str})
MAIL_REFUSED = event_type("mail.refused", label="Mail not sent", payload={"template": str, "reason": str})
MAIL_UNCERTAIN = event_type("mail.uncertain", label="Mail may or may not have been accepted", payload={"template": str})
MAIL_RESOLVED = event_type(
    "mail.resolved", label="Uncertain mail decided by a person", payload={"template": str, "outcome": str}
)
MAIL_SEEN = event_type(
    "mail.seen", label="Refused mail dealt with by a person", payload={"template": str, "reason": str}
)
