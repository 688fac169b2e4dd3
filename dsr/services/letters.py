"""Letters to the person: put together from the facts of the case, read by the lint, kept encrypted, and queued."""

import datetime as dt
from dataclasses import replace
from typing import Any

from django.conf import settings

from dsr.identity.selectors import answer_address
from dsr.letters.composing import compose
from dsr.letters.facts import LetterFacts
from dsr.letters.lint import Finding, Unsendable, check_letter, require_whole
from dsr.letters.words import letter_language, placeholder_in
from dsr.models import Letter, ReceiptRow, RequestItem, Step, SubjectRequest
from dsr.periods import ACK
from dsr.rights import label_of
from dsr.services.clocks import meet_clocks
from dsr.services.letter_facts import answer_facts, erasure_facts, letter_facts, package_facts, reason
from dsr.services.links import make_link
from dsr.services.moving import note_history
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.ready import Ready
from privacy.kernel.statements import insert
from privacy.personal_data.models import PreparedPackage

LETTERS = Ready(lambda case, kind: Letter.objects.filter(subject_request_id=case, kind=kind).values_list("number"))


def write_letter(
    *,
    subject_request: SubjectRequest,
    receipt: ReceiptRow,
    steps: list[Step],
    package: PreparedPackage | None,
    now: dt.datetime,
) -> Letter:
    """Write the answer to an erasure and whatever was asked beside it, and queue it; where no email is known it
    waits to be printed."""
    facts = erasure_facts(subject_request, receipt=receipt, steps=steps, package=package)
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def write_answer(*, subject_request: SubjectRequest, package: PreparedPackage | None, now: dt.datetime) -> Letter:
    """Write the answer to a request without an erasure: each right with its decision, and how to get the data."""
    facts = answer_facts(subject_request, package=package_facts(package))
    return send_letter(subject_request=subject_request, facts=facts, now=now)


def answer_text(subject_request: SubjectRequest, package: PreparedPackage | None) -> str:
    """The words of the answer, as they would go out."""
    return compose(answer_facts(subject_request, package=package_facts(package)))


def answer_findings(subject_request: SubjectRequest, package: PreparedPackage | None) -> list[Finding]:
    """What the lint says about the answer as it would go out."""
    facts = answer_facts(subject_request, package=package_facts(package))
    return check_letter(facts, compose(facts))


def write_refusal(*, subject_request: SubjectRequest, ground: str, reasons: str, now: dt.datetime) -> Letter:
    """Write the refusal: for each right the ground and the reasons in plain words, and the ways to disagree."""
    facts = answer_facts(subject_request, "refusal")
    explained = tuple(
        replace(one, reason=one.reason or reason(ground, facts.regime), words=one.words or reasons)
        for one in facts.decided
    )
    return send_letter(subject_request=subject_request, facts=replace(facts, decided=explained), now=now)


def send_letter(*, subject_request: SubjectRequest, facts: LetterFacts, now: dt.datetime) -> Letter:
    """Compose a letter, have it read by the lint, keep it and queue it. Unsendable names what it lacks."""
    text = compose(facts)
    require_whole(facts, text)
    return keep_and_send(subject_request=subject_request, kind=facts.kind, text=text, now=now)


def keep_and_send(*, subject_request: SubjectRequest, kind: str, text: str, now: dt.datetime) -> Letter:
    """Store a letter encrypted and queue its mail in the same transaction.

    Raises Unsendable for a text that has an unfilled place or does not name its case.
    """
    if hole := placeholder_in(text):
        raise Unsendable(f"The letter has a place that nobody filled: {hole}. Fill it.", code="placeholder")
    if subject_request.reference not in text:
        raise Unsendable("The letter lacks the reference. Add it; nothing was sent.", code="reference")
    letter = _new_letter(subject_request, kind, text, now)
    address = answer_address(subject_request, clock.local_date(now, settings.KEPT_TIME_ZONE))
    if address:
        nth = "" if letter.number == 1 else f":{letter.number}"
        message = queue_mail(
            "dsr.letter",
            idem_key=f"dsr.letter:{subject_request.pk}:{kind}{nth}",
            to=address,
            context={"letter": str(letter.pk)},
            subject_id=subject_request.subject_id,
            now=now,
            is_demo=subject_request.is_demo,
        )
        letter.outbox_id = message.pk
    insert(letter)
    how = "mail" if address else "print"
    note_history(subject_request=subject_request, kind="letter_written", actor=SYSTEM, now=now, detail=f"{kind}:{how}")
    return letter


def write_acknowledgement(*, subject_request: SubjectRequest, now: dt.datetime) -> str:
    """Write that the request arrived and when the answer is due; returns the token of its status link.

    The letter is kept without the link: it is a key, and leaves by mail only.
    """
    facts = letter_facts(subject_request, "acknowledgement")
    text = compose(facts)
    require_whole(facts, text)
    letter = _new_letter(subject_request, "acknowledgement", text, now)
    token = make_link(subject_request=subject_request, kind="status", now=now)
    email = subject_request.contact.email
    if email:
        nth = "" if letter.number == 1 else f":{letter.number}"
        message = queue_mail(
            "dsr.acknowledgement",
            idem_key=f"dsr.letter:{subject_request.pk}:acknowledgement{nth}",
            to=email,
            context={"letter": str(letter.pk)},
            secret={"token": token},
            subject_id=subject_request.subject_id,
            now=now,
            is_demo=subject_request.is_demo,
        )
        letter.outbox_id = message.pk
    insert(letter)
    meet_clocks(subject_request=subject_request, kind=ACK, now=now)
    detail = f"acknowledgement:{'mail' if email else 'print'}"
    note_history(subject_request=subject_request, kind="letter_written", actor=SYSTEM, now=now, detail=detail)
    return token


def _new_letter(subject_request: SubjectRequest, kind: str, text: str, now: dt.datetime) -> Letter:
    """The next letter of its kind, not stored yet."""
    number = len(LETTERS.all(subject_request.pk, kind)) + 1
    language = letter_language(subject_request.language)
    return Letter(
        subject_request=subject_request, kind=kind, number=number, language=language, text=text, created_at=now
    )


def facts(subject_request: SubjectRequest) -> dict[str, Any]:
    """What a text that is not put together from blocks may say: reference, name, what was asked and when, due date."""
    zone = settings.KEPT_TIME_ZONE
    rights = list(RequestItem.objects.filter(subject_request=subject_request).values_list("right", flat=True))
    return {
        "reference": subject_request.reference,
        "name": subject_request.contact.name,
        "received_on": clock.local_date(subject_request.received_at, zone),
        "rights": rights,
        "asked": [label_of(right) for right in rights],
        "due_on": subject_request.due_on,
        "site_name": settings.SITE_NAME,
        "base_url": settings.KEPT_BASE_URL,
    }
