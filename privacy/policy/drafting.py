"""Drafts in the console: start one from the version in force, change it, have it reviewed.

Every change names the fingerprint of the draft that its writer saw. Where somebody else changed it in
between, nothing is written and StaleState is raised: the writer's own words are still in her form.
"""

import datetime as dt
import hashlib
from typing import Any

from django.db import IntegrityError, transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotAllowed, NotFound, StaleState
from privacy.policy.audit_events import DRAFT_EDITED, DRAFT_REVIEWED, DRAFT_SENT_BACK, DRAFT_STARTED
from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.loading import checked_document, parse_policy
from privacy.policy.models import PolicyVersion, VersionState
from privacy.policy.publishing import check_review, past_of
from privacy.policy.rows import delete_rows, insert_rows
from privacy.policy.rules import version_order_problem
from privacy.policy.services import header_values, insert_draft
from privacy.policy.writing import as_plain, to_yaml

SOMEBODY_ELSE = "Somebody else changed this draft since you opened it. Yours is not written, and not lost."


@transaction.atomic
def start_draft(*, effective_on: dt.date, actor: Actor, now: dt.datetime) -> PolicyVersion:
    """A draft with everything that the newest published version says, for another date.

    Raises InvalidInput(effective_on) for a date that is taken or not later, NotFound where nothing is published.
    """
    published = PolicyVersion.objects.filter(state=VersionState.PUBLISHED)
    newest = published.order_by("-effective_on").first()
    if newest is None:
        raise NotFound("No policy is published. Load one with `manage.py load_policy FILE`.")
    _check_date(effective_on, newest.effective_on)
    content = as_plain(from_json(newest.document))
    content["policy"] = {
        **content["policy"],
        "effective_on": effective_on,
        "material": False,
        "reaffirm": [],
        "change_summary": "",
    }
    document = checked_document(content)
    version = insert_draft(text=to_yaml(document), document=document, actor=actor, now=now)
    record(
        DRAFT_STARTED,
        actor=actor,
        at=now,
        target=version,
        effective_on=effective_on.isoformat(),
        before=newest.effective_on.isoformat(),
    )
    return version


@transaction.atomic
def save_draft(
    *,
    version: PolicyVersion,
    base: str,
    content: dict[str, Any],
    actor: Actor,
    now: dt.datetime,
    section: str = "",
    entry: str = "",
) -> PolicyVersion:
    """Replace the text of a draft by `content` (plain values, as `writing.as_plain` gives them).

    `base` is the digest that the writer saw. A review of the earlier text is void. Raises StaleState where the
    draft is another by now, BadPolicyFile with every problem of the new text.
    """
    return _replace(version, base, checked_document(content), actor=actor, now=now, what=(section, entry))


@transaction.atomic
def import_draft(*, version: PolicyVersion, base: str, text: str, actor: Actor, now: dt.datetime) -> PolicyVersion:
    """Replace the text of a draft by a file; raises as `save_draft`."""
    return _replace(version, base, parse_policy(text), actor=actor, now=now, what=("file", ""))


def _replace(
    version: PolicyVersion,
    base: str,
    document: PolicyDocument,
    *,
    actor: Actor,
    now: dt.datetime,
    what: tuple[str, str],
) -> PolicyVersion:
    canonical = document.to_json()
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    effective_on = document.policy.effective_on
    published = PolicyVersion.objects.filter(state=VersionState.PUBLISHED).order_by("-effective_on")
    newest = published.values_list("effective_on", flat=True).first()
    if effective_on != version.effective_on and newest:
        _check_date(effective_on, newest)
    try:
        with transaction.atomic():
            changed = PolicyVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT, digest=base).update(
                **header_values(document),
                source=to_yaml(document),
                document=canonical,
                digest=digest,
                edited_at=now,
                edited_by=actor.id,
                reviewed_at=None,
                reviewed_by=None,
                reviewed_digest="",
            )
    except IntegrityError:
        raise InvalidInput(f"There is a version of {effective_on} already.", field="policy.effective_on") from None
    if changed != 1:
        raise StaleState(SOMEBODY_ELSE)
    fresh = PolicyVersion.objects.get(pk=version.pk)
    delete_rows(fresh)
    insert_rows(fresh, document)
    section, entry = what
    record(
        DRAFT_EDITED,
        actor=actor,
        at=now,
        target=fresh,
        effective_on=effective_on.isoformat(),
        section=section,
        entry=entry,
        digest=digest,
    )
    return fresh


def _check_date(effective_on: dt.date, newest: dt.date) -> None:
    if problem := version_order_problem(effective_on, [newest]):
        raise InvalidInput(problem, field="policy.effective_on")


@transaction.atomic
def review_draft(*, version: PolicyVersion, digest: str, actor: Actor, now: dt.datetime) -> PolicyVersion:
    """Approve the very text with this digest, as a second person.

    Raises NotAllowed for who edited it last, StaleState where it is another text by now, DarkPattern and
    DomainError for what no reviewer can let pass.
    """
    current = _draft(version, digest)
    if actor.id is None or current.edited_by == actor.id:
        raise NotAllowed("Somebody else has to review it: you changed it last.", code="own_draft")
    check_review(from_json(current.document), past_of(current))
    _update(current, reviewed_at=now, reviewed_by=actor.id, reviewed_digest=digest, review_note="")
    record(
        DRAFT_REVIEWED,
        actor=actor,
        at=now,
        target=current,
        effective_on=current.effective_on.isoformat(),
        digest=digest,
    )
    return PolicyVersion.objects.get(pk=current.pk)


@transaction.atomic
def send_back(*, version: PolicyVersion, digest: str, note: str, actor: Actor, now: dt.datetime) -> None:
    """Say what is to be mended; a review that stood is void. Raises StaleState, InvalidInput(note)."""
    if not note.strip():
        raise InvalidInput("Say what is to be mended.", field="note")
    current = _draft(version, digest)
    _update(current, reviewed_at=None, reviewed_by=None, reviewed_digest="", review_note=note.strip())
    record(
        DRAFT_SENT_BACK,
        actor=actor,
        at=now,
        target=current,
        effective_on=current.effective_on.isoformat(),
        digest=digest,
    )


def _draft(version: PolicyVersion, digest: str) -> PolicyVersion:
    current = PolicyVersion.objects.select_for_update().filter(pk=version.pk, state=VersionState.DRAFT).first()
    if current is None or current.digest != digest:
        raise StaleState("This is not the draft that you read. Reload the page and look at it again.")
    return current


def _update(current: PolicyVersion, **values: Any) -> None:
    rows = PolicyVersion.objects.filter(pk=current.pk, state=VersionState.DRAFT, digest=current.digest)
    if rows.update(**values) != 1:
        raise StaleState("This is not the draft that you read. Reload the page and look at it again.")
