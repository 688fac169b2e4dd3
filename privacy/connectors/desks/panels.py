"""The panel of questions to people."""

import datetime as dt

from django.db.models import Subquery
from django.urls import reverse

from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import QuestionState
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count
from privacy.policy.selectors import today


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    rows = DeskQuestion.objects.filter(state=QuestionState.OPEN)
    return {"open": count(rows), "late": count(rows.filter(due_on__lt=today()))}


@panel("desk_questions", order=31, permission="connectors.manage_systems", figures=_figures)
def desk_questions(_now: dt.datetime, found: Figures) -> Panel:
    """How many questions wait for people, and how many are past their day."""
    late = found["late"]
    text = f"{late} past their day." if late else "None is past its day."
    url = reverse("console:desks_deskquestion_changelist") + "?state__exact=open"
    return Panel("due", "Questions to people", str(found["open"]), text, "danger" if late else "ok", url)
