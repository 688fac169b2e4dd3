"""Correspondence goes with the contact of its case; the files before the messages that they came with."""

from dsr.correspondence.models import Attachment, Message
from privacy.personal_data.disposals import disposable

disposable(
    Attachment,
    code="case_attachments",
    period="case_contact",
    column="created_at",
    rows=lambda rows: rows.filter(
        message__subject_request__closed_at__isnull=False, message__subject_request__contact=None
    ),
)
disposable(
    Message,
    code="case_messages",
    period="case_contact",
    column="created_at",
    rows=lambda rows: rows.filter(
        subject_request__closed_at__isnull=False, subject_request__contact=None, attachments=None
    ),
)
