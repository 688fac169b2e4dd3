"""Letters that move a clock: more time is taken, or a question is asked."""

import datetime as dt

from dsr.models import Letter, SubjectRequest
from dsr.services.clocks import clocks_in_force
from dsr.services.letter_facts import letter_facts
from dsr.services.letters import send_letter


def write_extension(*, subject_request: SubjectRequest, reason: str, words: str, now: dt.datetime) -> Letter:
    """Say that the answer takes longer, why, until when, and how to complain (GDPR Art. 12(3))."""
    rows = [row for row in clocks_in_force(subject_request) if row.item.decided_at is None]
    due = tuple((row.item.right, row.due_on) for row in rows)
    facts = letter_facts(subject_request, "extension", reason=reason, words=words, due=due)
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def write_identity_question(*, subject_request: SubjectRequest, words: str, now: dt.datetime) -> Letter:
    """Ask for what shows who the person is; nothing of what we hold stands in it."""
    facts = letter_facts(subject_request, "identity_question", words=words)
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def write_clarification(*, subject_request: SubjectRequest, words: str, now: dt.datetime) -> Letter:
    """Ask what exactly the person wants (Recital 63 GDPR); nothing of what we hold stands in it."""
    facts = letter_facts(subject_request, "clarification", words=words)
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def write_fee(*, subject_request: SubjectRequest, words: str, until: dt.date | None, now: dt.datetime) -> Letter:
    """Say what it costs and why, before anything is done; `until` when it can be withdrawn without paying, where a
    law gives such days."""
    facts = letter_facts(subject_request, "fee", words=words, day=until)
    return send_letter(subject_request=subject_request, facts=facts, now=now)
