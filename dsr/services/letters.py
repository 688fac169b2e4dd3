"""The answer to the person: what was asked and when, what every system answered, what stays and why."""

import datetime as dt
import json
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from dsr.grounds import GROUNDS
from dsr.models import Letter, ReceiptRow, RequestItem, Step, SubjectRequest, SystemAnswer
from dsr.outcomes import outcomes_for
from dsr.rights import label_of
from dsr.services.links import make_link
from dsr.services.moving import note_history
from dsr.states import Right
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.personal_data.models import PreparedPackage

CONVERTED = "Your question is answered by what stands here about the rest"
SYSTEM_WORDS = {"done": "done", "nothing_held": "nothing held about you", "not_offered": "cannot do this"}


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
    text = render_to_string(
        "dsr/mail/answer_erasure.txt",
        {
            **facts(subject_request),
            "systems": _systems(steps),
            "kept": _kept(receipt),
            "residuals": _residuals(steps),
            "receipt": receipt,
            "others": answers(subject_request, without=Right.ERASURE),
            "package": package,
        },
    )
    return keep_and_send(subject_request=subject_request, kind="answer", text=text, now=now)


def write_answer(*, subject_request: SubjectRequest, package: PreparedPackage | None, now: dt.datetime) -> Letter:
    """Write the answer to a request without an erasure: each right with its decision, and how to get the data."""
    text = answer_text(subject_request, package)
    return keep_and_send(subject_request=subject_request, kind="answer", text=text, now=now)


def answer_text(subject_request: SubjectRequest, package: PreparedPackage | None) -> str:
    """The words of the answer, as they would go out."""
    context = {**facts(subject_request), "answers": answers(subject_request), "package": package}
    return render_to_string("dsr/mail/answer.txt", context)


def answers(subject_request: SubjectRequest, *, without: str = "") -> list[dict[str, Any]]:
    """What was decided about each right, as a letter says it."""
    items = subject_request.items.exclude(right=without).select_related("answer")
    systems = list(SystemAnswer.objects.filter(item__subject_request=subject_request))
    return [
        {
            "label": label_of(item.right),
            "outcome": CONVERTED if item.outcome == "converted" else outcomes_for(item.right)[item.outcome],
            "ground": GROUNDS.get(item.ground),
            "words": item.answer.words if hasattr(item, "answer") else "",
            "systems": [(row.label, SYSTEM_WORDS[row.answer]) for row in systems if row.item_id == item.pk],
        }
        for item in items.order_by("right")
        if item.outcome
    ]


def write_refusal(*, subject_request: SubjectRequest, ground: str, reasons: str, now: dt.datetime) -> Letter:
    """Write the refusal: ground, reasons in plain words, and the way to complain."""
    text = render_to_string(
        "dsr/mail/answer_refusal.txt", {**facts(subject_request), "ground": GROUNDS[ground], "reasons": reasons}
    )
    return keep_and_send(subject_request=subject_request, kind="refusal", text=text, now=now)


def keep_and_send(*, subject_request: SubjectRequest, kind: str, text: str, now: dt.datetime) -> Letter:
    """Store the letter encrypted and queue its mail in the same transaction."""
    letter = Letter(subject_request=subject_request, kind=kind, text=text, created_at=now)
    contact = subject_request.contact
    if contact.email:
        message = queue_mail(
            "dsr.letter",
            idem_key=f"dsr.letter:{subject_request.pk}:{kind}",
            to=contact.email,
            context={"letter": str(letter.pk)},
            subject_id=subject_request.subject_id,
            now=now,
            is_demo=subject_request.is_demo,
        )
        letter.outbox_id = message.pk
    letter.save(force_insert=True)
    how = "mail" if contact.email else "print"
    note_history(subject_request=subject_request, kind="letter_written", actor=SYSTEM, now=now, detail=f"{kind}:{how}")
    return letter


def write_acknowledgement(*, subject_request: SubjectRequest, now: dt.datetime) -> str:
    """Write that the request arrived and when the answer is due; returns the token of its status link.

    The letter is kept without the link: it is a key, and leaves by mail only.
    """
    text = render_to_string("dsr/mail/acknowledgement.txt", facts(subject_request))
    letter = Letter(subject_request=subject_request, kind="acknowledgement", text=text, created_at=now)
    token = make_link(subject_request=subject_request, kind="status", now=now)
    email = subject_request.contact.email
    if email:
        message = queue_mail(
            "dsr.acknowledgement",
            idem_key=f"dsr.letter:{subject_request.pk}:acknowledgement",
            to=email,
            context={"letter": str(letter.pk)},
            secret={"token": token},
            subject_id=subject_request.subject_id,
            now=now,
            is_demo=subject_request.is_demo,
        )
        letter.outbox_id = message.pk
    letter.save(force_insert=True)
    detail = f"acknowledgement:{'mail' if email else 'print'}"
    note_history(subject_request=subject_request, kind="letter_written", actor=SYSTEM, now=now, detail=detail)
    return token


def facts(subject_request: SubjectRequest) -> dict[str, Any]:
    """What every letter says: the reference, what was asked and when, and the due date."""
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


def _systems(steps: list[Step]) -> list[dict[str, Any]]:
    """Our own tables as one system with summed counts, every outside system by itself."""
    systems: dict[str, dict[str, Any]] = {}
    for step in steps:
        name = "Our own records" if step.system == "kept" else step.label
        line = systems.setdefault(name, {"label": name, "erased": 0, "blanked": 0, "retained": 0, "reasons": []})
        line["erased"] += step.removed
        line["blanked"] += step.anonymized
        line["retained"] += step.retained
        line["again"] = line.get("again", 0) + step.already_done
        if step.reason and step.system != "kept":
            line["reasons"].append(step.reason)
    return list(systems.values())


def _kept(receipt: ReceiptRow) -> list[dict[str, Any]]:
    """What stays: by ground, and under it by table and until-date, in the words of our own tables' labels."""
    kept: dict[str, list[dict[str, Any]]] = {}
    body = json.loads(receipt.body)
    for table in [*body["tables"], *body["held_later"]]:
        if table["ground"] and table["rows"]:
            is_ours = table["system"] == "kept"
            name = table["label"] if is_ours else f"{table['label']}, {table['table']}"
            kept.setdefault(table["ground"], []).append(
                {"name": name, **{key: table.get(key) for key in ("until", "rows", "note")}}
            )
    return [{"ground": GROUNDS.get(code), "code": code, "tables": tables} for code, tables in sorted(kept.items())]


def _residuals(steps: list[Step]) -> list[dict[str, Any]]:
    """What a person still has to do; what a legal hold keeps stands among what stays."""
    return [residual for step in steps for residual in json.loads(step.residuals) if residual["why"] not in GROUNDS]
