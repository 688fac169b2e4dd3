"""Publish what names a person, and take it down: nothing is public without a live grant for exactly it.

A withdrawal takes down in its own transaction; what ends a grant without an event (its time, a restriction, a
merge) is noticed when the list is read, which asks each time, and taken down within a minute by a job.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import transaction

from accounts.services import subject_for_identifier
from privacy.audit.services import record
from privacy.intake.audit_events import ASKED, PUBLISHED, RECEIVED, TAKEN_DOWN
from privacy.intake.models import CustomerEntry, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.selectors import answers_for, shown_of
from privacy.intake.services.accepting import Gone, accept_once, without_numbers
from privacy.intake.vocabulary import PublicState
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set, is_restricted
from privacy.policy import grant_requests
from privacy.policy.board import is_on
from privacy.policy.grant_requests import Ask, Change
from privacy.policy.selectors import site as known_site

KINDS: dict[str, type[Publication]] = {"testimonial": Testimonial, "customer": CustomerEntry}
PAGE = 200
Row = TypeVar("Row", bound=Publication)


class NotGranted(DomainError):
    """The person has not granted exactly this, or not any more; `code` says why."""

    code = "not_given"
    http_status = 409


@transaction.atomic
def receive(
    *,
    model: type[Row],
    person: tuple[str, str],
    values: dict[str, Any],
    site: str,
    actor: Actor,
    now: dt.datetime,
    accept: tuple[uuid.UUID, str, str] | None = None,
) -> tuple[Row, bool]:
    """Take in what may be published later, and ask the person by mail; the row, and whether it is new.

    `accept`: key, Idempotency-Key and hash of the body, where a system reports it. Raises InvalidInput(site),
    NotAllowed for a restricted person, StaleState and Gone as for any report.
    """
    known_site(site)
    row = model(site=site, received_at=now, **values)
    if accept:
        key_id, idem_key, body_mac = accept
        before = accept_once(
            key_id=key_id, door=model.kind, idem_key=idem_key, body_mac=body_mac, result_id=row.pk, now=now
        )
        if before:
            return _found(model, before), False
    kind, identifier = person
    subject = subject_for_identifier(kind=kind, value=identifier, source=model.kind, actor=actor, now=now)
    if is_restricted(subject.pk):
        raise NotAllowed("The data of this person is restricted. Nothing was taken.", code="restricted")
    row.subject, row.is_demo = subject, subject.is_demo
    for name in ("text", "shown_name"):
        if name in values:
            setattr(row, name, without_numbers(values[name])[0])
    row.save(force_insert=True)
    record(RECEIVED, actor=actor, at=now, subject_id=subject.pk, target=row, is_demo=row.is_demo, kind=model.kind)
    ask_person(row=row, actor=actor, now=now)
    return row, True


def _found(model: type[Row], pk: uuid.UUID) -> Row:
    found = model._default_manager.filter(pk=pk).first()
    if found is None:
        raise Gone("This was sent before, and has been erased since. It is not taken again.")
    return found


@transaction.atomic
def ask_person(*, row: Publication, actor: Actor, now: dt.datetime) -> str:
    """Ask the person by mail whether exactly this may be published; what became of it, as a code."""
    ask = Ask(row.subject_id, row.purpose, scope=row.scope, site=row.site, language=row.language, source_kind=row.kind)
    answer = grant_requests.ask_scope(ask, actor=actor, now=now)
    record(
        ASKED,
        actor=actor,
        at=now,
        subject_id=row.subject_id,
        target=row,
        is_demo=row.is_demo,
        kind=row.kind,
        answer=answer,
    )
    return answer


@transaction.atomic
def publish(*, row: Publication, actor: Actor, now: dt.datetime) -> None:
    """Show it in public. NotGranted without a live grant for exactly it, StaleState where it is public."""
    members = alias_set(row.subject_id)  # a withdrawal waits until this is done, and then takes it down
    list(Subject.objects.select_for_update().filter(pk__in=members).order_by("pk").values_list("pk"))
    locked = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if locked.state == PublicState.PUBLISHED:
        raise StaleState("This is public already.")
    [answer] = answers_for([locked], now=now)
    if not answer.allowed and is_on(row.control):
        raise NotGranted(
            f"The person has not granted exactly this ({answer.reason}), so it stays unpublished. Ask them.",
            code=answer.reason,
        )
    same = type(row)._default_manager.filter(pk=row.pk, state=locked.state)
    same.update(state=PublicState.PUBLISHED, published_at=now, ended_at=None, end_reason="")
    record(
        PUBLISHED,
        actor=actor,
        at=now,
        subject_id=row.subject_id,
        target=row,
        is_demo=row.is_demo,
        kind=row.kind,
        grant=str(answer.event_id or ""),
    )


@transaction.atomic
def take_down(*, row: Publication, reason: str, actor: Actor, now: dt.datetime) -> None:
    """Show it no longer. StaleState where it is not public."""
    same = type(row)._default_manager.filter(pk=row.pk, state=PublicState.PUBLISHED)
    if same.update(state=PublicState.ENDED, ended_at=now, end_reason=reason) != 1:
        raise StaleState("This is not public.")
    record(
        TAKEN_DOWN,
        actor=actor,
        at=now,
        subject_id=row.subject_id,
        target=row,
        is_demo=row.is_demo,
        kind=row.kind,
        reason=reason,
    )


def follow_grants(change: Change) -> None:
    """A person took a permission back: down it comes, in the same transaction."""
    if change.is_granted:
        return
    for model in KINDS.values():
        if model.purpose != change.purpose or not is_on(model.control):
            continue
        rows = model._default_manager.filter(subject_id__in=change.subject_ids, state=PublicState.PUBLISHED)
        for row in rows:
            if change.scope in {"", row.scope}:
                take_down(row=row, reason="withdrawn", actor=SYSTEM, now=change.at)


def take_down_ungranted(*, now: dt.datetime) -> int:
    """Look at everything that is public, and take down what has no live grant any more. Returns how many."""
    ended = 0
    for model in KINDS.values():
        if is_on(model.control):
            ended += sum(_sweep(rows, now) for rows in _pages(model))
    return ended


def _pages(model: type[Publication]) -> Any:
    last: uuid.UUID | None = None
    while True:
        rows = model._default_manager.filter(state=PublicState.PUBLISHED).order_by("pk")
        page = list(rows.filter(pk__gt=last)[:PAGE] if last else rows[:PAGE])
        yield page
        if len(page) < PAGE:
            return
        last = page[-1].pk


def _sweep(rows: Sequence[Publication], now: dt.datetime) -> int:
    ended = 0
    for row, answer in zip(rows, answers_for(rows, now=now), strict=True):
        if answer.allowed:
            continue
        try:
            take_down(row=row, reason=answer.reason, actor=SYSTEM, now=now)
            ended += 1
        except StaleState:
            continue  # somebody was quicker
    return ended


def show_publications(
    keys: Sequence[grant_requests.Key], subject_ids: Sequence[uuid.UUID], *, model: type[Publication]
) -> dict[grant_requests.Key, grant_requests.Shown]:
    """What a person reads about their own testimonial or line; the desk for grants asks."""
    wanted: dict[uuid.UUID, grant_requests.Key] = {}
    for purpose, key in keys:
        try:
            wanted[uuid.UUID(key)] = (purpose, key)
        except ValueError:
            continue
    rows = model._default_manager.filter(pk__in=wanted, subject_id__in=subject_ids)
    return {wanted[row.pk]: shown_of(row) for row in rows if wanted[row.pk][0] == model.purpose}
