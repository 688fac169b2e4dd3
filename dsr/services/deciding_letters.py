"""Letters around a decision: what follows from an objection, and what came of an appeal."""

import datetime as dt

from dsr.models import Letter, SubjectRequest
from dsr.services.letter_facts import letter_facts
from dsr.services.letters import send_letter


def write_consequence(*, subject_request: SubjectRequest, text: str, words: str, now: dt.datetime) -> Letter:
    """Tell what follows from an objection, and where to confirm it (promise S51)."""
    facts = letter_facts(subject_request, "consequence", reason=text, words=words)
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def write_appeal_extension(
    *, subject_request: SubjectRequest, reason: str, words: str, day: dt.date, now: dt.datetime
) -> Letter:
    """Say that the answer to an appeal takes longer, why, and until when."""
    facts = letter_facts(subject_request, "appeal_extension", reason=reason, words=words, day=day)
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def write_appeal_answer(*, subject_request: SubjectRequest, outcome: str, words: str, now: dt.datetime) -> Letter:
    """Answer an appeal in writing; a denial names where to complain. `outcome`: granted, denied, or denied_alone,
    where nobody but the first could look at it again."""
    facts = letter_facts(subject_request, "appeal_answer", reason=outcome, words=words)
    return send_letter(subject_request=subject_request, facts=facts, now=now)
