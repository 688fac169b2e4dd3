"""Double opt-in: a yes that nobody has proven yet waits for the holder of the mailbox, and counts for nothing.

Somebody types an address into a form. Whoever it was, only the holder of that mailbox can turn it into a
grant: by the button behind a link that was mailed within ten minutes. An older link mails a fresh one.
`request_grant` answers for known and unknown addresses alike, and mails one mailbox a few times a day at most.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from accounts.selectors import find_subjects
from accounts.services import add_identifier, subject_for_identifier
from consent import dispatch
from consent.audit_events import CONFIRMATION_ASKED
from consent.models import ConsentEvent, Preference
from consent.rules import FRESH_LINK
from consent.services import set_preference
from consent.vocabulary import Door, Status
from consent.writing import How, lock_scene, write_change
from privacy.audit.services import record
from privacy.jobs.models import OutboxMessage
from privacy.jobs.outbox import queue_mail
from privacy.kernel.actors import Actor
from privacy.kernel.blind_index import blind_index
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.identifiers import normalize
from privacy.kernel.tokens import open_token, sealed_token, token_hash
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy.models import Purpose
from privacy.policy.selectors import purpose, purposes
from privacy.policy.vocabulary import Switch

CONFIRM = "consent.confirm"  # the use of the token, and the mail template
VALID = dt.timedelta(days=7)
PAUSE_BETWEEN_MAILS_S = 120
MOST_IN_A_DAY = 5  # mails to one mailbox, whatever is asked for in its name
MAY_BE_REPLACED = frozenset({Status.EXPIRED.value})  # beside nothing at all: what a request may take the place of
PROVES_NO_MAILBOX = frozenset({Door.BANNER, Door.APP})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a confirmation link carries, sealed: who would allow what, and where they were asked."""

    email: str
    subject_id: uuid.UUID
    purpose_codes: tuple[str, ...]
    how: How
    channel: str = ""
    at: int = 0

    def age(self, now: dt.datetime) -> dt.timedelta:
        return now - dt.datetime.fromtimestamp(self.at, dt.UTC)

    def is_fresh(self, now: dt.datetime) -> bool:
        """Young enough to grant by itself."""
        return dt.timedelta(0) <= self.age(now) <= FRESH_LINK


def needs_confirmation(terms: Purpose, door: str) -> bool:
    """Whether a yes through this door waits for the mailbox: every form, and where the policy demands it
    each door that proves a device but no mailbox."""
    if terms.switch not in {Switch.CONSENT, Switch.OPT_OUT}:
        return False
    return door == Door.FORM or (terms.is_double_opt_in and door in PROVES_NO_MAILBOX)


@transaction.atomic
def request_grant(
    *,
    email: str,
    purpose_codes: Sequence[str],
    how: How,
    actor: Actor,
    now: dt.datetime,
    subject_id: uuid.UUID | None = None,
    channel: str = "",
    is_demo: bool = False,
) -> list[ConsentEvent]:
    """Ask the holder of a mailbox to confirm what was chosen in their name; one mail for all purposes.

    Writes REQUESTED where nothing stands; what stands, a yes or a no, stays as it is until the
    confirmation. `subject_id` names the person where the caller knows them already, otherwise whoever has
    the address, or a new person. Raises InvalidInput(email, purpose, channel); DomainError for a purpose
    without such a switch.
    """
    address = normalize("email", email)
    terms = [_grantable(code, channel) for code in purpose_codes]
    if not terms:
        raise InvalidInput("Name at least one purpose.", field="purpose")
    if subject_id is None:
        subject = subject_for_identifier(
            kind="email", value=address, source=CONFIRM, actor=actor, now=now, is_demo=is_demo
        )
    else:
        subject = Subject.objects.get(pk=subject_id)
    codes = tuple(one.code for one in terms)
    noted = [_note(subject.pk, code, channel, how=how, actor=actor, now=now) for code in codes]
    events = [event for event in noted if event]
    _mail(Wish(address, subject.pk, codes, how, channel, int(now.timestamp())), now=now, is_demo=subject.is_demo)
    record(
        CONFIRMATION_ASKED,
        actor=actor,
        at=now,
        subject_id=subject.pk,
        is_demo=subject.is_demo,
        purposes=",".join(codes),
        door=how.door.value,
    )
    dispatch.announce(events)
    return events


def _grantable(code: str, channel: str) -> Purpose:
    terms = purpose(code)
    if terms.switch not in {Switch.CONSENT, Switch.OPT_OUT}:
        raise DomainError("This purpose is not one that is granted.", code="not_granted", field="purpose")
    if channel and channel not in terms.channels:
        raise InvalidInput("This purpose does not use that channel.", field="channel")
    return terms


def _note(
    subject_id: uuid.UUID, code: str, channel: str, *, how: How, actor: Actor, now: dt.datetime
) -> ConsentEvent | None:
    """The request as an event and as it stands; nothing where a decision of the person stands."""
    scene = lock_scene(subject_id, code)
    before = scene.of(subject_id).get(channel)
    if before and before.status not in MAY_BE_REPLACED:
        return None
    return write_change(scene, subject_id, channel, Status.REQUESTED, how=how, actor=actor, at=scene.moment(now))


def _mail(wish: Wish, *, now: dt.datetime, is_demo: bool) -> bool:
    """One mail for a choice in two minutes and a few a day in all, for each mailbox; False: not now."""
    mailbox = f"{CONFIRM}:{blind_index('email', wish.email)}:"
    since = now - dt.timedelta(days=1)
    if OutboxMessage.objects.filter(idem_key__startswith=mailbox, created_at__gt=since).count() >= MOST_IN_A_DAY:
        return False
    slot = int(now.timestamp()) // PAUSE_BETWEEN_MAILS_S
    choice = token_hash(" ".join(sorted(wish.purpose_codes)) + wish.channel)[:8]
    queue_mail(
        CONFIRM,
        idem_key=f"{mailbox}{slot}:{choice}",
        to=wish.email,
        context={},
        secret={"token": make_token(replace(wish, at=int(now.timestamp()))), "language": wish.how.language},
        now=now,
        subject_id=wish.subject_id,
        is_demo=is_demo,
    )
    return True


def make_token(wish: Wish) -> str:
    """For a mail to exactly this address."""
    how = wish.how
    return sealed_token(
        CONFIRM,
        {
            "e": wish.email,
            "s": wish.subject_id.hex,
            "p": " ".join(wish.purpose_codes),
            "c": wish.channel,
            "at": wish.at,
            "how": " ".join((how.language, how.site or "-", how.region or "-", how.source_kind or "-")),
            "id": how.source_id,
        },
    )


def open_wish(token: str, *, now: dt.datetime) -> Wish:
    """NotFound for a link that is broken, or older than a week."""
    values = {name: str(value) for name, value in open_token(CONFIRM, token).items()}
    language, site, region, kind = (word if word != "-" else "" for word in values["how"].split(" "))
    how = How(
        Door.LINK,
        language=language,
        site=site,
        region=region,
        source_kind=kind,
        source_id=values["id"],
        token_id=token_hash(token)[:32],
    )
    wish = Wish(
        values["e"], uuid.UUID(values["s"]), tuple(values["p"].split()), how, values["c"], int(float(values["at"]))
    )
    if wish.age(now) > VALID:
        raise NotFound("This link is older than a week. Choose again where you were asked.")
    return wish


def chosen(purpose_codes: Sequence[str]) -> list[Purpose]:
    """The purposes of a wish that the policy still names."""
    named = {row.code: row for row in purposes()}
    return [named[code] for code in purpose_codes if code in named]


@transaction.atomic
def confirm(*, wish: Wish, now: dt.datetime) -> list[ConsentEvent]:
    """The holder of the mailbox says yes, by a fresh link. Pressing twice is the same as once.

    Raises NotAllowed for an old link: `send_again` mails a fresh one.
    """
    subject_id = wish.subject_id
    found = find_subjects("email", wish.email)
    if found and subject_id not in alias_set(found[0]):
        subject_id = found[0]  # the address has moved to another person since
    actor = Actor.subject(subject_id, via="confirmation")
    add_identifier(
        subject=Subject.objects.get(pk=subject_id),
        kind="email",
        value=wish.email,
        source=CONFIRM,
        actor=actor,
        now=now,
        verified=True,
    )
    how = replace(wish.how, link_age=wish.age(now))
    return [
        event
        for code in (row.code for row in chosen(wish.purpose_codes))
        for event in set_preference(
            subject_id=subject_id,
            purpose_code=code,
            channel=wish.channel,
            allow=True,
            how=how,
            actor=actor,
            now=now,
        )
    ]


@transaction.atomic
def send_again(*, wish: Wish, now: dt.datetime) -> None:
    """Mail a fresh link for the same choice, within the same limits."""
    is_demo = Subject.objects.filter(pk=wish.subject_id, is_demo=True).exists()
    _mail(wish, now=now, is_demo=is_demo)


EXPIRED_AT_ONCE = 200


@transaction.atomic
def expire_requests(*, actor: Actor, now: dt.datetime) -> int:
    """What nobody confirmed within a week waits no longer. Returns how many ended; call again until none."""
    due = Preference.objects.filter(status=Status.REQUESTED, changed_at__lte=now - VALID).order_by("changed_at", "pk")
    ended = [_expire(row, actor=actor, now=now) for row in due[:EXPIRED_AT_ONCE]]
    dispatch.announce([event for event in ended if event])
    return len(ended)


def _expire(row: Preference, *, actor: Actor, now: dt.datetime) -> ConsentEvent | None:
    """End one request, unless its person decided a moment ago."""
    try:
        scene = lock_scene(row.subject_id, row.purpose)
    except InvalidInput:  # the policy does not name it any more: it is denied as unknown
        Preference.objects.filter(pk=row.pk, version=row.version).delete()
        return None
    before = scene.of(row.subject_id).get(row.channel)
    if before is None or before.status != Status.REQUESTED:
        return None
    how, at = How(Door.SYSTEM), scene.moment(now)
    return write_change(scene, row.subject_id, row.channel, Status.EXPIRED, how=how, actor=actor, at=at)
