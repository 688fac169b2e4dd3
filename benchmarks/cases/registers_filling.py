"""What stands beside many subject requests in the console: mails, jobs, holds, demands, reviews, questions to people,
disclosures, what systems kept. Among few requests each of its lists fills a page too."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from dsr.retained.models import RetainedSet
from dsr.review.models import Review
from dsr.review.vocabulary import ReviewState
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import Ask, QuestionState
from privacy.jobs.models import Job, JobState, MessageClass, OutboxMessage, SendState
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.vocabulary import DemandGround, DemandState
from privacy.registers.models import Disclosure
from privacy.retention.models import LegalHold

Row = Mapping[str, Any]
Rows = dict[type[models.Model], list[dict[str, object]]]
A_PAGE = 60  # rows that each list has at least
ONE_IN = {
    Job: 1,
    OutboxMessage: 1,
    DeskQuestion: 10,
    Disclosure: 10,
    RetainedSet: 10,
    Review: 20,
    LegalHold: 50,
    LegalDemand: 100,
}
SOMEBODY = uuid.UUID(int=9)


def is_one_in(one_in: int, number: int, count: int) -> bool:
    """Whether it is the turn of this one of `count`: every so manyth, and a page of them at least."""
    return not number % max(1, min(one_in, count // A_PAGE))


def beside(cases: Iterable[Row], count: int) -> Rows:
    """The rows that belong to these of `count` requests."""
    rows: Rows = {model: [] for model in ONE_IN}
    for case in cases:
        number = int(case["reference"].removeprefix("KX-B"))
        for model, one_in in ONE_IN.items():
            if is_one_in(one_in, number, count):
                rows[model].append(MAKERS[model](case, case["received_at"], case["closed_at"]))
    return rows


def _job(case: Row, at: dt.datetime, _closed: dt.datetime | None) -> dict[str, object]:
    done = {"state": JobState.DONE, "finished_at": at, "created_at": at, "run_after": at}
    return {"kind": "jobs.send_mail", "idem_key": f"bench:{case['id']}", **done}


def _mail(case: Row, at: dt.datetime, _closed: dt.datetime | None) -> dict[str, object]:
    sent = {"state": SendState.SENT, "created_at": at, "accepted_at": at, "message_class": MessageClass.TRANSACTIONAL}
    return {"idem_key": f"bench:{case['id']}", "template": "dsr.confirm", "subject_id": case["subject_id"], **sent}


def _question(case: Row, at: dt.datetime, closed: dt.datetime | None) -> dict[str, object]:
    asked = {"desk": "archive", "label": "Archive", "ask": Ask.FIND, "about": case["id"], "asked_at": at}
    state = QuestionState.ANSWERED if closed else QuestionState.OPEN
    return {**asked, "reference": case["reference"], "due_on": case["due_on"], "state": state, "answered_at": closed}


def _disclosure(case: Row, at: dt.datetime, _closed: dt.datetime | None) -> dict[str, object]:
    what = {"recipient": "auditors", "purpose": "legal_claims", "categories": "account", "basis": "legal_obligation"}
    hashes = {"row_hash": "0" * 64, "body_mac": "0" * 64, "idem_hash": case["id"].hex * 2}
    who = {"subject_id": case["subject_id"], "actor_kind": "staff", "actor_id": SOMEBODY}
    return {"at": at, "policy_on": at.date(), **what, **who, **hashes}


def _kept(case: Row, at: dt.datetime, _closed: dt.datetime | None) -> dict[str, object]:
    where = {"position": 1, "handler": "billing", "system": "billing", "label": "Billing", "table": "invoices"}
    kept = {"rows": 3, "ground": "legal_obligation", "until": case["due_on"] + dt.timedelta(days=3650)}
    return {"subject_request_id": case["id"], "created_at": at, **where, **kept}


def _review(case: Row, at: dt.datetime, closed: dt.datetime | None) -> dict[str, object]:
    state = ReviewState.APPROVED if closed else ReviewState.OPEN
    return {"subject_request_id": case["id"], "state": state, "opened_at": at, "approved_at": closed}


def _hold(case: Row, at: dt.datetime, closed: dt.datetime | None) -> dict[str, object]:
    when = {"opened_at": at, "released_at": closed, "review_on": case["due_on"] + dt.timedelta(days=90)}
    return {"reason": "A claim.", "ground": "legal_claims", "opened_by": SOMEBODY, **when}


def _demand(case: Row, at: dt.datetime, closed: dt.datetime | None) -> dict[str, object]:
    what = {"recipient": "police", "instrument": "Order 1", "ground": DemandGround.LEGAL_PROCESS, "categories": "[]"}
    state = DemandState.DISCLOSED if closed else DemandState.FILED
    when = {"dated_on": at.date(), "filed_at": at, "closed_at": closed}
    return {"subject_id": case["subject_id"], "state": state, "filed_by": SOMEBODY, **what, **when}


MAKERS = {
    Job: _job,
    OutboxMessage: _mail,
    DeskQuestion: _question,
    Disclosure: _disclosure,
    RetainedSet: _kept,
    Review: _review,
    LegalHold: _hold,
    LegalDemand: _demand,
}
