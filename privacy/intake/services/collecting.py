"""Take a collection: whole or not at all, once, and never a grant by itself."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction

from accounts.selectors import find_subjects
from accounts.services import subject_for_identifier
from privacy.audit.services import record
from privacy.intake.audit_events import COLLECTED
from privacy.intake.models import CollectedValue, Collection, TellTask
from privacy.intake.rules import Given, Value, month_after
from privacy.intake.services.accepting import Gone, accept_once, count, without_numbers
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, NotAllowed, NotFound
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import is_restricted
from privacy.policy import decision_gate, grant_requests
from privacy.policy.ages import minimum_age
from privacy.policy.board import is_on
from privacy.policy.grant_requests import Ask
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import categories, current_version, purpose, site, version_of

DOOR = "collections"


@dataclass(frozen=True, slots=True)
class Collected:
    """The collection, and whether this very call made it."""

    collection: Collection
    is_new: bool


@transaction.atomic
def collect(
    *, given: Given, key_id: uuid.UUID, idem_key: str, body_mac: str, actor: Actor, now: dt.datetime
) -> Collected:
    """Store what a form took, ask for the consents that were ticked, and open the duty to tell where somebody
    other than the person is the source. Whether the person is old enough was asked before.

    Raises InvalidInput (site, notice, purpose, values), NotAllowed for a person or purpose that may not be
    used, StaleState for a reused key, Gone for a report whose rows were erased since.
    """
    version = current_version()
    if is_on("intake.sites"):
        site(given.site, version)
    _check_notice(given, version)
    _check_values(given, version)
    collection = Collection(received_at=now)
    before = accept_once(
        key_id=key_id, door=DOOR, idem_key=idem_key, body_mac=body_mac, result_id=collection.pk, now=now
    )
    if before:
        return Collected(_found(before), is_new=False)
    _check_person(given, now)
    subject = subject_for_identifier(
        kind=given.kind, value=given.identifier, source=f"form:{given.site}"[:40], actor=actor, now=now
    )
    collection = _store(collection, subject, given, key_id, now)
    _open_tasks(collection, given.values, now)
    record(
        COLLECTED,
        actor=actor,
        at=now,
        subject_id=subject.pk,
        target=collection,
        is_demo=collection.is_demo,
        touchpoint=given.touchpoint,
        site=given.site,
        form=given.form,
        notice=given.notice_on.isoformat(),
        values=len(given.values),
        others=sum(not value.is_direct for value in given.values),
        masked=collection.masked,
    )
    collection.asked = _ask(collection, given, actor, now)
    collection.save(update_fields=["asked"])
    return Collected(collection, is_new=True)


def _found(pk: uuid.UUID) -> Collection:
    found = Collection.objects.filter(pk=pk).first()
    if found is None:
        raise Gone("This report was taken before, and its data has been erased since. It is not taken again.")
    return found


def _check_notice(given: Given, version: PolicyVersion) -> None:
    """A collection names the version that was shown; a consent can only be asked for by the one in force."""
    try:
        shown = version if version.effective_on == given.notice_on else version_of(given.notice_on)
    except NotFound:
        raise InvalidInput("No version of this date was published.", field="notice.version") from None
    if shown.effective_on > version.effective_on:
        raise InvalidInput("This version is not in force yet.", field="notice.version")
    if given.answers and shown != version:
        raise InvalidInput(
            f"The form shows an old notice. Ask for consent by the version of {version.effective_on}.",
            field="notice.version",
        )


def _check_values(given: Given, version: PolicyVersion) -> None:
    """Only data that the policy names for this purpose, from a source that it names for such data."""
    terms = purpose(given.purpose, version)
    known = {row.code: row for row in categories(version)}
    for number, value in enumerate(given.values):
        at = f"values[{number}]"
        if value.category not in known:
            raise InvalidInput("The policy has no such category of data.", field=f"{at}.category")
        if not terms.allows(value.category):
            raise InvalidInput(f"The policy takes no such data for {terms.code}.", field=f"{at}.category")
        if value.kind not in known[value.category].sources:
            raise InvalidInput(
                f"The policy names no such source for {value.category}: {', '.join(known[value.category].sources)}.",
                field=f"{at}.source",
            )
    for number, answer in enumerate(given.answers):
        try:
            purpose(answer.purpose, version)
        except InvalidInput as error:
            raise InvalidInput(error.message, field=f"consents[{number}].purpose") from None


def _check_person(given: Given, now: dt.datetime) -> None:
    """A restricted person's data is stored and nothing else; a purpose that needs a consent needs it first."""
    known = find_subjects(given.kind, given.identifier)
    if any(is_restricted(subject) for subject in known):
        raise NotAllowed("The data of this person is restricted. Nothing was taken.", code="restricted")
    used = sorted({value.category for value in given.values}) or [""]
    for subject_id in known or [uuid.uuid4()]:  # whom we do not know has decided nothing
        for category in used:
            answer = decision_gate.ask(subject_id=subject_id, purpose=given.purpose, category=category, now=now)
            if not answer.allowed:
                raise NotAllowed(
                    f"This may not be used for {given.purpose}: {answer.reason}. Nothing was taken.",
                    field="purpose",
                    code=answer.reason,
                )


def _store(collection: Collection, subject: Subject, given: Given, key_id: uuid.UUID, now: dt.datetime) -> Collection:
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    rows, masked = [], 0
    for value in given.values:
        text, found = without_numbers(value.text)
        evidence, more = without_numbers(value.evidence)
        masked += found + more
        rows.append(
            CollectedValue(
                collection=collection,
                name=value.name,
                category=value.category,
                value=text,
                source=value.source if is_on("intake.provenance") else "person",
                obtained_on=value.obtained_on or today,
                evidence=evidence,
                received_at=now,
                is_demo=subject.is_demo,
            )
        )
    collection.subject = subject
    collection.touchpoint, collection.site, collection.form = given.touchpoint, given.site, given.form
    collection.notice_on = (
        given.notice_on if is_on("intake.collections") else clock.local_date(now, settings.KEPT_TIME_ZONE)
    )
    collection.notice_language = given.language
    collection.purpose, collection.minimum_age = given.purpose, minimum_age("")
    collection.masked, collection.key_id, collection.is_demo = masked, key_id, subject.is_demo
    collection.save(force_insert=True)
    CollectedValue.objects.bulk_create(rows)
    if masked:
        count("number_masked", site=given.site, now=now, by=masked)
    return collection


def _open_tasks(collection: Collection, values: Sequence[Value], now: dt.datetime) -> None:
    """One task for each source that is not the person."""
    due_on = month_after(clock.local_date(now, settings.KEPT_TIME_ZONE))
    for source in sorted({value.source for value in values if not value.is_direct}):
        if is_on("intake.provenance"):
            TellTask.objects.create(
                collection=collection,
                subject_id=collection.subject_id,
                source=source,
                opened_at=now,
                due_on=due_on,
                is_demo=collection.is_demo,
            )


def _ask(collection: Collection, given: Given, actor: Actor, now: dt.datetime) -> dict[str, str]:
    """What became of each consent that the form asked for: a yes is asked again of the mailbox, a no noted."""
    asked: dict[str, str] = {}
    base = Ask(
        collection.subject_id,
        site=given.site,
        language=given.language,
        source_kind="form",
        source_id=collection.pk.hex,
        is_wished=True,
    )
    plain = [one.purpose for one in given.answers if one.is_yes and not one.recipient]
    if plain:
        asked |= grant_requests.ask_purposes(base, plain, actor=actor, now=now)
    for one in given.answers:
        ask = replace(base, purpose=one.purpose)
        if one.recipient:
            ask = replace(ask, scope=f"recipient:{one.recipient}")
            state = grant_requests.ask_scope(ask, actor=actor, now=now) if one.is_yes else "unchanged"
            asked[f"{one.purpose}:{one.recipient}"] = state
        elif not one.is_yes:
            asked[one.purpose] = grant_requests.note_no(ask, actor=actor, now=now)
    return asked
