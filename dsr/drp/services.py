"""Take in what an agent files, and what it takes back. Once for each message, and for each id of the agent's own."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from dsr.drp.agents import actor_of, message_mac
from dsr.drp.models import AgentRequest, NetworkAgent
from dsr.drp.reading import check_claims, open_signed
from dsr.drp.showing import digest_of, stand_of
from dsr.drp.vocabulary import (
    EXERCISES,
    LONGEST_REASON,
    LONGEST_RELATIONSHIP,
    LONGEST_REQUEST_ID,
    MOST_A_DAY,
    MOST_RELATIONSHIPS,
    RAISES,
    REGIMES,
    Reason,
)
from dsr.identity.models import Basis
from dsr.identity.services.mandates import note_mandate
from dsr.models import SubjectRequest
from dsr.services.ending import withdraw_subject_request
from dsr.services.intake import open_subject_request
from dsr.states import OPEN, Channel, State
from privacy.jobs.webhooks.addresses import target_of
from privacy.kernel.canonical import digest
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.identifiers import MAX_LENGTH
from privacy.kernel.json_shape import Fields
from privacy.kernel.keyring import keyring


class TooMany(DomainError):
    """The agent files more than any agent does."""

    code = "too_many"
    http_status = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an agent asks for a person. Phone and postal address are not read: nobody needs them to be answered."""

    exercise: str
    regime: str
    email: str
    name: str
    relationships: tuple[str, ...]
    callback: str
    own_id: str
    has_power_of_attorney: bool

    def content_mac(self) -> str:
        """What knows the same wish again, signed anew."""
        values = (self.exercise, self.regime, self.email, self.name, *self.relationships, self.callback)
        return keyring().mac("drp-content", digest([*values, self.has_power_of_attorney]))


def exercise(*, agent: NetworkAgent, raw: bytes, business_id: str, now: dt.datetime) -> AgentRequest:
    """File what the message asks; the request there is, where the message or the agent's own id came before.

    Raises NotTrusted, TooLate, InvalidInput naming the claim, StaleState for an own id with another wish, TooMany.
    """
    fields = open_signed(raw, agent)
    mac = message_mac(raw)
    if known := agent.requests.select_related("case").filter(message_mac=mac).first():
        return known
    check_claims(fields, agent=agent, business_id=business_id, now=now)
    wish = _read(fields, agent)
    if agent.requests.filter(received_at__gt=now - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise TooMany(f"This agent filed {MOST_A_DAY} requests within a day. Go on tomorrow.")
    try:
        with transaction.atomic():
            return _before(agent, wish) or _file(agent, wish, mac, now)
    except IntegrityError:  # the same message at the same moment: what it made is undone with it
        found = agent.requests.select_related("case").filter(message_mac=mac).first() or _before(agent, wish)
        if found is None:
            raise
        return found


def _read(fields: Fields, agent: NetworkAgent) -> Wish:
    """The wish of a message. Other claims are left alone, as the protocol says."""
    regime = fields.choice("regime", REGIMES, default="voluntary")
    callback = fields.text("status_callback", most=MAX_LENGTH * 2, default="")
    if callback:
        _check_callback(callback, agent)
    return Wish(
        exercise=fields.choice("exercise", {*EXERCISES, *RAISES}),
        regime=regime,
        email=fields.text("email", most=MAX_LENGTH),
        name=fields.text("name", most=120, default=""),
        relationships=fields.texts("relationships", most=MOST_RELATIONSHIPS, longest=LONGEST_RELATIONSHIP),
        callback=callback,
        own_id=fields.text("agent-request-id", most=LONGEST_REQUEST_ID, default=""),
        has_power_of_attorney=fields.has("power_of_attorney"),
    )


def _check_callback(url: str, agent: NetworkAgent) -> None:
    """A public address, and one of the agent's hosts where the register names any."""
    try:
        host = target_of(url).host
    except InvalidInput as error:
        raise InvalidInput(error.message, field="status_callback") from None
    hosts = agent.callback_hosts.split()
    if hosts and not any(host == each or host.endswith(f".{each}") for each in hosts):
        raise InvalidInput("This host is not among those of the agent.", field="status_callback")


def _own_mac(own_id: str) -> str:
    return keyring().mac("drp-own-id", own_id) if own_id else ""


def _before(agent: NetworkAgent, wish: Wish) -> AgentRequest | None:
    if not wish.own_id:
        return None
    found = agent.requests.select_related("case").filter(own_mac=_own_mac(wish.own_id)).first()
    if found is not None and found.content_mac != wish.content_mac():
        raise StaleState("This agent-request-id came before with another request.", field="agent-request-id")
    return found


def _file(agent: NetworkAgent, wish: Wish, mac: str, now: dt.datetime) -> AgentRequest:
    raises = wish.exercise in RAISES
    row = AgentRequest(
        agent=agent,
        case=None if raises else _open(agent, wish, now),
        exercise=wish.exercise,
        regime=wish.regime,
        message_mac=mac,
        own_mac=_own_mac(wish.own_id),
        content_mac=wish.content_mac(),
        agent_request_id=wish.own_id,
        callback=wish.callback,
        has_callback=bool(wish.callback),
        denied=Reason.OTHER if raises else "",
        received_at=now,
        looked_at=now,
        is_demo=settings.KEPT_DEMO,
    )
    row.final_at = now if stand_of(row, now).is_final else None  # an opt-out is done already
    row.queued = digest_of(row, now)  # the answer to this message says it
    row.save(force_insert=True)
    return row


def _open(agent: NetworkAgent, wish: Wish, now: dt.datetime) -> SubjectRequest:
    """The case. It waits for the person's own word, as every request from afar does; but nobody who shows a power of
    attorney, or opts out, is made to ask again (11 CCR 7026(j), 7063(b)): legal looks at the power of attorney."""
    told = f"Filed by the authorized agent {agent.name}."
    hints = f" It names as relationships: {', '.join(wish.relationships)}." if wish.relationships else ""
    actor = actor_of(agent)
    case = open_subject_request(
        rights=[EXERCISES[wish.exercise]],
        email=wish.email,
        name=wish.name,
        message=told + hints,
        region=REGIMES[wish.regime],
        channel=Channel.AGENT,
        is_attested=wish.has_power_of_attorney,
        actor=actor,
        now=now,
        is_demo=settings.KEPT_DEMO,
    )
    if case.state in OPEN:
        note_mandate(
            subject_request=case,
            basis=Basis.AGENT,
            name=agent.name,
            has_power_of_attorney=wish.has_power_of_attorney,
            actor=actor,
            now=now,
        )
    return case


@transaction.atomic
def revoke(*, row: AgentRequest, agent: NetworkAgent, raw: bytes, now: dt.datetime) -> AgentRequest:
    """Take a request back for the person. What was carried out stays done: DomainError(transition) says so. Raises
    NotTrusted for a message of somebody else's."""
    open_signed(raw, agent).text("reason", most=LONGEST_REASON, default="", lines=True)
    if row.case is None:
        raise DomainError("This request has ended.", code="ended")
    if row.case.state != State.WITHDRAWN:
        withdraw_subject_request(subject_request=row.case, actor=actor_of(agent), now=now)
        row.final_at = now
        row.queued = digest_of(row, now)
        AgentRequest.objects.filter(pk=row.pk).update(final_at=now, queued=row.queued)
    return row
