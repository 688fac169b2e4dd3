"""Letters that move a clock: more time is taken, or a question is asked."""

import datetime as dt

from django.template.loader import render_to_string

from dsr.models import Letter, SubjectRequest
from dsr.rights import label_of
from dsr.services.clocks import clocks_in_force
from dsr.services.letters import facts, keep_and_send


def write_extension(*, subject_request: SubjectRequest, reason: str, words: str, now: dt.datetime) -> Letter:
    """Say that the answer takes longer, why, until when, and how to complain (GDPR Art. 12(3))."""
    rows = [row for row in clocks_in_force(subject_request) if row.item.decided_at is None]
    lines = [{"label": label_of(row.item.right), "due_on": row.due_on} for row in rows]
    text = render_to_string(
        "dsr/mail/extension.txt", {**facts(subject_request), "reason": reason, "words": words, "lines": lines}
    )
    return keep_and_send(subject_request=subject_request, kind="extension", text=text, now=now)


def write_identity_question(*, subject_request: SubjectRequest, words: str, now: dt.datetime) -> Letter:
    """Ask for what shows who the person is; nothing of what we hold stands in it."""
    text = render_to_string("dsr/mail/identity_question.txt", {**facts(subject_request), "words": words})
    return keep_and_send(subject_request=subject_request, kind="identity_question", text=text, now=now)
