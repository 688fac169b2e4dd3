"""The desk for grants: other floors ask people through it, by a mail with a link, and ask what was granted."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from accounts.models import Identifier
from consent.asking import may_ask
from consent.double_opt_in import request_grant
from consent.rules import LOW, RAISED
from consent.scoped.links import make_permission_token
from consent.scoped.models import ScopedGrant
from consent.scoped.selectors import answer_of, granted_scopes
from consent.scoped.services import consent_purpose, lock_people, write_scope
from consent.selectors import decide_for, preferences_of
from consent.services import How, set_preference
from consent.terms import terms_in_force
from consent.vocabulary import Door, Status
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotFound
from privacy.kernel.identifiers import IdentifierKind
from privacy.kernel.languages import MAIN
from privacy.personal_data.selectors import alias_set
from privacy.policy import grant_requests
from privacy.policy.grant_requests import Ask, Granted, Shown, Wanted
from privacy.policy.regions import ask_again_on
from privacy.policy.selectors import purpose
from privacy.policy.vocabulary import Switch

PAUSE_BETWEEN_MAILS_S = 120


class ConsentDesk:
    """What consent answers to the floors below it (privacy.policy.grant_requests)."""

    @transaction.atomic
    def ask_purposes(self, *, ask: Ask, codes: Sequence[str], actor: Actor, now: dt.datetime) -> dict[str, str]:
        """Purposes that rest on consent wait for the holder of the mailbox, all by one mail."""
        members = alias_set(ask.subject_id)
        states = {code: _state_before(members, code, ask.channel, now) for code in codes}
        open_codes = [code for code, state in states.items() if state == "requested"]
        address = _address_of(members)
        if open_codes and address:
            request_grant(
                email=address,
                subject_id=members[0],
                purpose_codes=open_codes,
                channel=ask.channel,
                how=_how(ask),
                actor=actor,
                now=now,
            )
        return {code: "no_address" if state == "requested" and not address else state for code, state in states.items()}

    @transaction.atomic
    def ask_scope(self, *, ask: Ask, actor: Actor, now: dt.datetime) -> str:
        """Note that the person was asked about one thing, and mail them. NotFound for what nobody can show."""
        return _ask_for_scope(ask, actor, now)

    @transaction.atomic
    def note_no(self, *, ask: Ask, actor: Actor, now: dt.datetime) -> str:
        """A no from a form counts where the person has decided nothing: whoever types an address into a form
        must not be able to end what its holder allowed."""
        terms = purpose(ask.purpose)
        if terms.switch is not Switch.CONSENT:
            return "locked" if terms.switch is Switch.LOCKED else "unchanged"
        if preferences_of(alias_set(ask.subject_id)).get(ask.purpose):
            return "unchanged"
        set_preference(
            subject_id=ask.subject_id,
            purpose_code=ask.purpose,
            channel=ask.channel,
            allow=False,
            how=_how(ask),
            actor=actor,
            now=now,
        )
        return "refused"

    def granted(self, *, purpose: str, wanted: Sequence[Wanted], now: dt.datetime) -> list[Granted]:
        return granted_scopes(purpose=purpose, wanted=wanted, now=now)


def _how(ask: Ask) -> How:
    return How(Door.FORM, language=ask.language, site=ask.site, source_kind=ask.source_kind, source_id=ask.source_id)


def _state_before(members: tuple[uuid.UUID, ...], code: str, channel: str, now: dt.datetime) -> str:
    if purpose(code).switch in {Switch.LOCKED, Switch.OBJECTION}:
        return "locked"
    is_given = decide_for(members, code, channel=channel, now=now).allowed
    return "given" if is_given else "requested"


def _ask_for_scope(ask: Ask, actor: Actor, now: dt.datetime) -> str:
    terms = consent_purpose(ask.purpose)
    members = alias_set(ask.subject_id)
    lock_people(members)
    seen = grant_requests.shown(ask.purpose, ask.scope, members)
    if seen is None:
        raise NotFound("There is nothing to ask about.")
    rows = list(ScopedGrant.objects.filter(subject_id__in=members, purpose=ask.purpose, scope=ask.scope))
    if answer_of(rows, seen.digest, now).allowed and _is_raised(members, ask.purpose):
        return "given"
    if not ask.is_wished and (why_not := _why_not(members, ask.purpose, rows, seen, now)):
        return why_not
    mine = next((row for row in rows if row.subject_id == members[0]), None)
    write_scope(
        members[0], terms, ask.scope, Status.REQUESTED, before=mine, seen=seen, how=_how(ask), actor=actor, now=now
    )
    return "requested" if mail_permission(members, ask.purpose, ask.scope, now, language=ask.language) else "no_address"


def _why_not(
    members: tuple[uuid.UUID, ...], code: str, rows: Sequence[ScopedGrant], seen: Shown, now: dt.datetime
) -> str:
    """Why this person is not asked now, as a code; empty where they may be. A no to exactly this counts as long
    as a no to the whole purpose."""
    answer = may_ask(members, code, now=now)
    if not answer.allowed and answer.reason not in {"given", "pending"}:
        return "refused_before" if answer.next_on and answer.reason.endswith("_recently") else "not_now"
    no = [row.changed_at for row in rows if row.status in LOW and row.shown_digest == seen.digest]
    if not no:
        return ""
    refused_on, today = (clock.local_date(moment, settings.KEPT_TIME_ZONE) for moment in (max(no), now))
    return "refused_before" if today < ask_again_on(terms_in_force()[code].regions, (), refused_on) else ""


def _is_raised(members: tuple[uuid.UUID, ...], code: str) -> bool:
    rows = preferences_of(members).get(code, [])
    return bool(rows) and all(row.status in RAISED for row in rows)


def mail_permission(
    members: tuple[uuid.UUID, ...], code: str, scope: str, now: dt.datetime, *, language: str = MAIN
) -> bool:
    """Mail the link to the person's own address; False where we know none. One mail in two minutes."""
    address = _address_of(members)
    if not address:
        return False
    slot = int(now.timestamp()) // PAUSE_BETWEEN_MAILS_S
    queue_mail(
        "consent.permission",
        idem_key=f"consent.permission:{members[0]}:{code}:{scope}:{slot}",
        to=address,
        context={"purpose": code, "scope": scope, "language": language},
        secret={"token": make_permission_token(members[0], code, scope, now)},
        subject_id=members[0],
        now=now,
    )
    return True


def _address_of(members: tuple[uuid.UUID, ...]) -> str:
    """Where the person is asked: an address that they proved, else the newest; empty where none is known."""
    rows = Identifier.objects.filter(subject_id__in=members, kind=IdentifierKind.EMAIL)
    known = sorted(rows, key=lambda row: (row.verified_at is not None, row.created_at), reverse=True)
    return known[0].value if known else ""
