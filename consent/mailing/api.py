"""POST /api/v1/mail-headers: for systems that send promotional mail themselves. One mail, or a list of up to 100.

For each: may it go, which headers it carries, which link stands in its text, and its links as they are to be written.
"""

import hashlib
import json
import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse

from accounts.api_keys import refused, with_api_key
from accounts.selectors import find_subjects
from consent.api.counting import count_decision
from consent.mailing.headers import ListMail, list_headers, preferences_url
from consent.mailing.models import ReadingKind
from consent.mailing.tracking.links import Measured, check_target, open_url
from consent.mailing.tracking.services import may_measure, measured_links
from consent.rules import Decision
from consent.selectors import UNKNOWN_PURPOSE, decide_for
from consent.terms import terms_in_force
from privacy.jobs.models import MessageClass
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import IdentifierKind
from privacy.personal_data.selectors import alias_set
from privacy.policy.selectors import purposes

MOST = 100
MOST_LINKS = 50
MAX_BYTES = 512 * 1024
MAX_NAME = 250
KINDS = frozenset(kind.value for kind in IdentifierKind)


@with_api_key("mail")
def mail_headers(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """Answers in the order of the questions; an error names its field, and its place in a list."""
    if request.method != "POST":
        return refused(405, "Send a POST request.", headers={"Allow": "POST"})
    body = _read(request)
    questions = body if isinstance(body, list) else [body]
    if not 1 <= len(questions) <= MOST:
        raise InvalidInput(f"Ask about between 1 and {MOST} mails.", field="body")
    labels = {row.code: row.label for row in purposes()}
    answers = [_answer(_shape(question, index), labels, key_id) for index, question in enumerate(questions)]
    return JsonResponse(answers if isinstance(body, list) else answers[0], safe=False)


def _read(request: HttpRequest) -> Any:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BYTES:
        raise InvalidInput(f"Send a body of at most {MAX_BYTES // 1024} KiB, with its length.", field="body")
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("Send JSON: an object, or a list of objects.", field="body") from None


def _shape(question: Any, index: int) -> dict[str, Any]:
    at = f"[{index}]."
    if not isinstance(question, dict):
        raise InvalidInput("Each mail is an object.", field=at.rstrip("."))
    subject = question.get("subject")
    if not isinstance(subject, dict) or len(subject) != 1 or not set(subject) <= KINDS:
        raise InvalidInput(f"Name one identifier: {', '.join(sorted(KINDS))}.", field=f"{at}subject")
    if not isinstance(next(iter(subject.values())), str):
        raise InvalidInput("The identifier is a text.", field=f"{at}subject")
    for name in ("purpose", "message_id"):
        if not isinstance(question.get(name, ""), str) or len(question.get(name, "")) > MAX_NAME:
            raise InvalidInput(f"{name} is a text of at most {MAX_NAME} characters.", field=f"{at}{name}")
    links = question.get("links", [])
    if not isinstance(links, list) or len(links) > MOST_LINKS or not all(isinstance(link, str) for link in links):
        raise InvalidInput(f"links is a list of at most {MOST_LINKS} addresses.", field=f"{at}links")
    for link in links:
        try:
            check_target(link)
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"{at}links") from None
    return question


def _answer(question: dict[str, Any], labels: dict[str, str], key_id: uuid.UUID) -> dict[str, Any]:
    now = clock.now()
    [(kind, value)] = question["subject"].items()
    code = question.get("purpose", "")
    found = find_subjects(kind, value)
    decision = _decide(code, found, now)
    count_decision(key_id, code if code in labels else "", "allow" if decision.allowed else "deny", now)
    answer: dict[str, Any] = {
        "decision": "allow" if decision.allowed else "deny",
        "reason": decision.reason,
        "version": decision.version,
        "event_id": str(decision.event_id) if decision.event_id else None,
        "headers": {},
        "body_link": None,
        "body_link_all": None,
        "preferences": preferences_url(),
        "links": {},
        "pixel": None,
    }
    if decision.allowed:
        answer |= _mail(found[0], code, labels[code], question, now)
    return answer


def _decide(code: str, found: list[uuid.UUID], now: Any) -> Decision:
    """As the send gate decides about our own mail: a promotional purpose, a mailbox that is known."""
    terms = terms_in_force().get(code)
    if terms is None:
        return UNKNOWN_PURPOSE
    if terms.message_class != MessageClass.PROMOTIONAL:
        return Decision(False, "wrong_class")
    if not found:
        return Decision(False, "unknown_person")
    subjects = list(dict.fromkeys(member for one in found for member in alias_set(one)))
    return decide_for(subjects, code, channel="email", now=now)


def _mail(subject_id: uuid.UUID, code: str, label: str, question: dict[str, Any], now: Any) -> dict[str, Any]:
    """The sender's own id of the mail is kept as a hash only: it may hold an address."""
    named = question.get("message_id") or uuid.uuid4().hex
    mail = ListMail(subject_id, code, label, hashlib.sha256(named.encode()).hexdigest()[:32])
    measured = Measured(subject_id, code, mail.mail_id)
    opt_out = mail.opt_out_url
    return {
        "headers": dict(list_headers(mail, opt_out_url=opt_out)),
        "body_link": opt_out,
        "body_link_all": mail.opt_out_of_all_url,
        "links": measured_links(measured, list(dict.fromkeys(question.get("links", []))), now=now),
        "pixel": open_url(measured) if may_measure(subject_id, ReadingKind.OPEN, now=now) else None,
    }
