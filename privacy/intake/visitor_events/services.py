"""Note what a browser did, where it may be noted. Whether it was is told to nobody outside."""

import datetime as dt
import re
import uuid

from django.db import transaction

from privacy.intake.visitor_events.linking import CATEGORY, link_own_visits
from privacy.intake.visitor_events.models import VisitorEvent
from privacy.kernel.errors import InvalidInput
from privacy.policy import decision_gate
from privacy.policy.board import is_on

KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_PAGE = 200


@transaction.atomic
def note_visitor_event(
    *, subject_id: uuid.UUID | None, site: str, purpose: str, kind: str, page: str, now: dt.datetime
) -> VisitorEvent | None:
    """Keep the event of a browser that allowed this purpose, asked at this moment; None where nothing is kept.

    `subject_id` is None for a browser that has made no choice. Raises InvalidInput(kind, page) for what no event is.
    """
    if not KIND.fullmatch(kind):
        raise InvalidInput("The kind is a code such as page_view.", field="kind")
    path = page.partition("?")[0].partition("#")[0]
    if len(path) > LONGEST_PAGE or not path.isprintable() or (path and not path.startswith("/")):
        raise InvalidInput(f"The page is a path of at most {LONGEST_PAGE} characters, such as /pricing.", field="page")
    if subject_id is None:
        return None
    answer = decision_gate.ask(subject_id=subject_id, purpose=purpose, channel="web", category=CATEGORY, now=now)
    if not answer.allowed and is_on("intake.visitor_events"):
        return None
    link_own_visits(subject_id, purpose, now)
    return VisitorEvent.objects.create(
        subject_id=subject_id, site=site, purpose=purpose, kind=kind, page=path, collected_at=now
    )
