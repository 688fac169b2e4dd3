"""Changes to the policy: load a draft, publish it, discard it; show a promise's live figure.

A published version never changes: these services refuse it, and the database does too.
"""

import datetime as dt
import enum
import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.policy.audit_events import DRAFT_DISCARDED, FIGURE_SWITCHED, POLICY_LOADED, POLICY_PUBLISHED
from privacy.policy.board import is_on
from privacy.policy.catalog import promises
from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.lint import lint, refusals
from privacy.policy.loading import parse_policy
from privacy.policy.models import PolicyVersion, ShownFigure, VersionState
from privacy.policy.publishing import check_publishable, note_changes, past_of
from privacy.policy.rows import insert_rows
from privacy.policy.rules import version_order_problem
from privacy.policy.vocabulary import ChangeKind
from privacy.policy.webhooks import tell_systems


class Outcome(enum.StrEnum):
    """What loading a file came to."""

    FIRST = "first"  # the installation had no policy: this one is published
    DRAFTED = "drafted"
    REPLACED = "replaced"  # a draft of the same date gave way
    UNCHANGED = "unchanged"  # this very text is there already


@dataclass(frozen=True, slots=True)
class Loaded:
    """The version that stands for the file now, and how it came to be."""

    version: PolicyVersion
    outcome: Outcome


@transaction.atomic
def load_policy(*, text: str, actor: Actor, now: dt.datetime) -> Loaded:
    """Turn a policy file into a draft; into the published first version where there is none yet.

    `text` is the YAML. The same content twice changes nothing. Raises BadPolicyFile with every
    problem, InvalidInput where another text of that date is published already, StaleState where the draft of that
    date was edited in the console.
    """
    document = parse_policy(text)
    canonical = document.to_json()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    effective_on = document.policy.effective_on
    existing = PolicyVersion.objects.select_for_update().filter(effective_on=effective_on).first()
    if existing and (existing.digest == digest or from_json(existing.document) == document):
        return Loaded(existing, Outcome.UNCHANGED)
    if existing and existing.is_published:
        raise InvalidInput(
            f"The version of {effective_on} is published and never changes. Give the file a later effective_on.",
            field="policy.effective_on",
        )
    if existing and existing.edited_by:
        raise StaleState("This draft was edited in the console. Export and merge it, or discard it first.")
    if existing:
        discard_draft(version=existing, actor=actor, now=now)
    is_first = _is_first(document)
    version = insert_draft(text=text, document=document, actor=actor, now=now)
    record(POLICY_LOADED, actor=actor, at=now, target=version, effective_on=effective_on.isoformat(), digest=digest)
    if is_first:
        return Loaded(publish_policy(version=version, actor=actor, now=now), Outcome.FIRST)
    return Loaded(version, Outcome.REPLACED if existing else Outcome.DRAFTED)


def _is_first(document: PolicyDocument) -> bool:
    """Whether this file is published at once. One that the lint refuses stays a draft: then no policy is in
    force, and everything is denied."""
    has_other = PolicyVersion.objects.filter(state=VersionState.PUBLISHED).exists()
    return is_on("policy.first_version") and not has_other and not refusals(lint(document))


def insert_draft(*, text: str, document: PolicyDocument, actor: Actor, now: dt.datetime) -> PolicyVersion:
    """A new draft with its rows; StaleState where there is a version of this date by now."""
    canonical = document.to_json()
    try:
        with transaction.atomic():
            version = PolicyVersion.objects.create(
                **header_values(document),
                source=text,
                document=canonical,
                digest=hashlib.sha256(canonical.encode()).hexdigest(),
                loaded_at=now,
                edited_at=now,
                edited_by=actor.id,
            )
    except IntegrityError:
        raise StaleState("Somebody else made a version of this date. Look at it first.") from None
    insert_rows(version, document)
    return version


def header_values(document: PolicyDocument) -> dict[str, Any]:
    """The columns of a version that repeat the head of its file."""
    header = document.policy
    return {
        "effective_on": header.effective_on,
        "is_material": header.material,
        "language": header.language,
        "title": header.title,
        "change_summary": header.change_summary,
        "minimum_age": header.minimum_age,
        "response_days": header.response_days,
    }


@transaction.atomic
def publish_policy(*, version: PolicyVersion, actor: Actor, now: dt.datetime) -> PolicyVersion:
    """Publish a draft: from its effective date on it is the policy, and nothing can change it again.

    What it does to each purpose is noted and frozen with it: a material change makes earlier grants stale.
    Raises StaleState where it is no draft any more, InvalidInput where a later version is published,
    DarkPattern where the lint refuses it, DomainError where no second person reviewed it (the operator at the
    command line needs none) or where a purpose changes its basis.
    """
    published = PolicyVersion.objects.filter(state=VersionState.PUBLISHED)
    # Publishers queue on the drafts, so that two of them cannot both find the dates in order.
    list(PolicyVersion.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    problem = version_order_problem(version.effective_on, list(published.values_list("effective_on", flat=True)))
    if problem and not version.is_published:
        raise InvalidInput(problem, field="policy.effective_on")
    current = PolicyVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT, digest=version.digest).first()
    changes = []
    if current:
        document = from_json(current.document)
        past = past_of(current)
        check_publishable(current, document, past, actor)
        changes = past.changes(document)
        note_changes(current, changes)
    changed = PolicyVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT, digest=version.digest).update(
        state=VersionState.PUBLISHED, published_at=now, published_by=actor.id
    )
    if changed != 1:
        raise StaleState("This version is not a draft any more. Reload the page to see what became of it.")
    fresh = PolicyVersion.objects.get(pk=version.pk)
    record(
        POLICY_PUBLISHED,
        actor=actor,
        at=now,
        target=fresh,
        effective_on=fresh.effective_on.isoformat(),
        digest=fresh.digest,
        material=fresh.is_material,
        purposes=len(changes),
        changed=sum(each.kind is ChangeKind.MATERIAL for each in changes),
    )
    _show_initial_figures(fresh, now)
    tell_systems(fresh, now=now)
    return fresh


def _show_initial_figures(version: PolicyVersion, now: dt.datetime) -> None:
    """The figures that the file names, except those that legal has switched before."""
    rows = [
        ShownFigure(number=each, is_shown=True, changed_at=now) for each in from_json(version.document).live_figures
    ]
    ShownFigure.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def discard_draft(*, version: PolicyVersion, actor: Actor, now: dt.datetime) -> None:
    """Delete a draft with everything that belongs to it. Raises StaleState for a published version."""
    current = PolicyVersion.objects.select_for_update().filter(pk=version.pk).first()
    if current is None or current.is_published:
        raise StaleState("Only a draft can be discarded.")
    record(
        DRAFT_DISCARDED,
        actor=actor,
        at=now,
        target=current,
        effective_on=current.effective_on.isoformat(),
        digest=current.digest,
    )
    current.delete()


@transaction.atomic
def switch_figure(*, number: int, is_shown: bool, actor: Actor, now: dt.datetime) -> None:
    """Show or hide the live figure of promise S<number> on the public page."""
    if number not in promises():
        raise InvalidInput("Give a promise number from 1 to 102.", field="number")
    ShownFigure.objects.update_or_create(number=number, defaults={"is_shown": is_shown, "changed_at": now})
    record(FIGURE_SWITCHED, actor=actor, at=now, promise=number, shown=is_shown)
