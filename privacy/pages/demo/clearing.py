"""Take the demo away: every demo row but the evidence, which nobody can delete and which is marked."""

import datetime as dt
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import ProtectedError, Q

from accounts.models import User
from privacy.audit.models import AppendOnlyModel
from privacy.audit.services import record
from privacy.kernel.actors import OPERATOR
from privacy.pages.audit_events import DEMO_CLEARED
from privacy.pages.demo.installing import key_file, shop_file
from privacy.personal_data.models import Subject, SubjectAlias

ANCHORS = (Subject, SubjectAlias)  # evidence points at them, and they hold nothing but an id


def clear_demo(*, now: dt.datetime) -> dict[str, int]:
    """Delete demo rows, the sample shop and the demo's files; returns the rows per table.

    Evidence stays, marked as demo from its insert; so do the anchors it points at and the published
    policy, which only a newer version replaces.
    """
    with transaction.atomic():
        _end_sessions()
        counts = _delete_all(_demo_rows())
        record(DEMO_CLEARED, actor=OPERATOR, at=now, is_demo=True, rows=sum(counts.values()))
    for path in (shop_file(), shop_file().with_suffix(".yml"), key_file(), settings.KEPT_DEMO_FILE):
        path.unlink(missing_ok=True)
    return counts


def _demo_rows() -> list[models.QuerySet[Any]]:
    """Rows that carry the mark, or belong to a subject that does."""
    found = []
    for model in apps.get_models():
        if issubclass(model, AppendOnlyModel) or model in ANCHORS:
            continue
        marks = Q(pk__in=[])
        for field in model._meta.concrete_fields:
            if field.name == "is_demo":
                marks |= Q(is_demo=True)
            if field.remote_field and field.remote_field.model is Subject:
                marks |= Q(**{f"{field.name}__is_demo": True})
        if marks != Q(pk__in=[]):
            found.append(model._base_manager.filter(marks))
    return found


def _delete_all(rows: list[models.QuerySet[Any]]) -> dict[str, int]:
    """Delete in whatever order foreign keys allow. ProtectedError where a real row holds a demo row."""
    counts: dict[str, int] = {}
    while rows:
        waiting = []
        for each in rows:
            try:
                with transaction.atomic():
                    _, deleted = each.delete()
            except ProtectedError:
                waiting.append(each)
                continue
            for label, count in deleted.items():
                counts[label] = counts.get(label, 0) + count
        if len(waiting) == len(rows):
            waiting[0].delete()  # says what holds it
        rows = waiting
    return counts


def _end_sessions() -> None:
    """A session opened by a demo account is nobody's any more."""
    ids = {str(pk) for pk in User.objects.filter(is_demo=True).values_list("pk", flat=True)}
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") in ids:
            session.delete()
