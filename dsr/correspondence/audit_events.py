"""Event types of correspondence."""

from privacy.audit.registry import event_type

ATTACHMENT_VIEWED = event_type("dsr.attachment_viewed", label="Subject request: attachment looked at by staff")
MAIL_READ_AT_DESK = event_type("dsr.mail_read_at_desk", label="Subject request: mail read at the desk to be filed")
