"""Reads of intake."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string

from privacy.intake.models import CollectedValue, TellTask, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.vocabulary import PublicState
from privacy.kernel.errors import InvalidInput
from privacy.policy import grant_requests
from privacy.policy.board import is_on
from privacy.policy.grant_requests import Granted, Shown, Wanted
from privacy.policy.selectors import categories, current_version, document_of, purpose

PAGE = 50
Row = TypeVar("Row", bound=Publication)


def letter_of(task: TellTask) -> str:
    """What a person is told: which data, from whom, what for, and what they can do (Article 14(1), (2) GDPR)."""
    version = current_version()
    document = document_of(version)
    words = {row.code: row.label for row in categories(version)}
    rows = CollectedValue.objects.filter(collection_id=task.collection_id, source=task.source).order_by("name")
    values = {
        "source": task.source,
        "rows": [{"name": row.name.replace("_", " "), "category": words.get(row.category, "")} for row in rows],
        "obtained_on": min((row.obtained_on for row in rows), default=task.collection.notice_on),
        "purpose": purpose(task.collection.purpose, version),
        "controller": document.policy.controller,
        "contacts": document.contacts,
        "url": settings.KEPT_BASE_URL,
        "site_name": settings.SITE_NAME,
    }
    return render_to_string("intake/mail/told.txt", values)


def shown_of(row: Publication) -> Shown:
    """What a person reads, and a grant is bound to: the name, and the words where there are any."""
    if isinstance(row, Testimonial):
        title, text, categories = "Publish your words", row.text, ("identification", "testimonials")
    else:
        title, text, categories = "Name you on our list of customers", "", ("identification", "business")
    return Shown(title, text, (("Name shown", row.shown_name),), categories)


def answers_for(rows: Sequence[Publication], *, now: dt.datetime) -> list[Granted]:
    """Whether each row has a live grant for exactly what it says, in a fixed number of statements."""
    if not rows:
        return []
    wanted = [Wanted(row.subject_id, row.scope, shown_of(row).digest) for row in rows]
    return grant_requests.granted(purpose=rows[0].purpose, wanted=wanted, now=now)


def public_rows(model: type[Row], *, site: str = "", before: str = "", now: dt.datetime) -> tuple[list[Row], str]:
    """A page of what is public now, the newest first, and the key of the next page. Each row's grant is asked
    at this moment: what was withdrawn a moment ago is not here, whatever its state says."""
    rows = model._default_manager.filter(state=PublicState.PUBLISHED)
    if site:
        rows = rows.filter(site=site)
    if before:
        rows = _behind(rows, model, before)
    page = list(rows.order_by("-published_at", "-pk")[: PAGE + 1])
    more = str(page[PAGE - 1].pk) if len(page) > PAGE else ""
    page = page[:PAGE]
    answers = answers_for(page, now=now)
    return [row for row, answer in zip(page, answers, strict=True) if answer.allowed or not is_on(row.control)], more


def _behind(rows: "QuerySet[Row]", model: type[Row], before: str) -> "QuerySet[Row]":
    try:
        last = model._default_manager.filter(pk=before).first()
    except (ValueError, ValidationError):
        last = None
    if last is None or last.published_at is None:
        raise InvalidInput("There is no such page. Begin again without it.", field="before")
    at = last.published_at
    return rows.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=last.pk))
