"""The register of authorized agents, and how one of them gets its token."""

import datetime as dt
import re

from django.db import IntegrityError, transaction

from dsr.drp.audit_events import AGENT_ENDED, AGENT_KEPT, AGENT_PAIRED
from dsr.drp.models import NetworkAgent, SeenMessage
from dsr.drp.reading import NotTrusted, check_claims, key_of, open_signed
from privacy.audit.services import record
from privacy.jobs.webhooks.addresses import target_of
from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.identifiers import LABEL
from privacy.kernel.keyring import keyring
from privacy.kernel.texts import one_line
from privacy.kernel.tokens import new_token, token_hash

AGENT_ID = re.compile(r"[A-Z_]{1,60}", re.ASCII)  # section 3.05.1


@transaction.atomic
def keep_agent(
    *,
    agent_id: str,
    name: str,
    verify_key: str,
    web_url: str = "",
    callback_hosts: str = "",
    actor: Actor,
    now: dt.datetime,
    is_demo: bool = False,
) -> NetworkAgent:
    """Note an agent, or change its entry. InvalidInput names the field.

    Another key ends the token: whoever lost the key may have lost that too.
    """
    if not AGENT_ID.fullmatch(agent_id):
        raise InvalidInput("An agent's id is made of capital letters and underscores.", field="agent_id")
    if not one_line(name):
        raise InvalidInput("Write the name that people know.", field="name")
    key_of(verify_key)
    if web_url:
        _check_url(web_url)
    hosts = " ".join(dict.fromkeys(callback_hosts.lower().split()))
    if not all("." in host and all(LABEL.fullmatch(part) for part in host.split(".")) for host in hosts.split()):
        raise InvalidInput("Write hosts such as agent.example, one a line.", field="callback_hosts")
    row = NetworkAgent.objects.select_for_update(no_key=True).filter(agent_id=agent_id).first()
    has_new_key = row is not None and row.verify_key != verify_key.strip()
    row = row or NetworkAgent(agent_id=agent_id, made_at=now, is_demo=is_demo)
    row.name, row.verify_key, row.web_url = one_line(name), verify_key.strip(), web_url
    row.callback_hosts, row.ended_at = hosts, None
    if has_new_key:
        row.token_hash = None
    row.save()
    record(AGENT_KEPT, actor=actor, at=now, target=row, is_demo=row.is_demo, new_key=has_new_key)
    return row


def _check_url(url: str) -> None:
    try:
        target_of(url)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="web_url") from None


@transaction.atomic
def end_agent(*, agent: NetworkAgent, actor: Actor, now: dt.datetime) -> None:
    """Take nothing more from an agent; what it filed goes on. StaleState where that was said already."""
    rows = NetworkAgent.objects.filter(pk=agent.pk, ended_at=None)
    if rows.update(ended_at=now, token_hash=None) != 1:
        raise StaleState("This agent was ended already.")
    record(AGENT_ENDED, actor=actor, at=now, target=agent, is_demo=agent.is_demo)


@transaction.atomic
def pair_agent(*, agent_id: str, raw: bytes, business_id: str, now: dt.datetime) -> str:
    """The new token of an agent that proved to hold its key; the one before ends. It is returned once and kept by its
    hash. Raises NotTrusted, TooLate or InvalidInput; for the same message a second time, too."""
    agent = NetworkAgent.objects.select_for_update(no_key=True).filter(agent_id=agent_id, ended_at=None).first()
    if agent is None:
        raise NotTrusted("There is no such agent.")
    expires = check_claims(open_signed(raw, agent), agent=agent, business_id=business_id, now=now)
    try:
        with transaction.atomic():
            SeenMessage.objects.create(agent=agent, mac=message_mac(raw), expires_at=expires)
    except IntegrityError:
        raise NotTrusted("This message came before.") from None
    token = new_token()
    NetworkAgent.objects.filter(pk=agent.pk).update(token_hash=token_hash(token), paired_at=now)
    record(AGENT_PAIRED, actor=actor_of(agent), at=now, target=agent, is_demo=agent.is_demo)
    return token


def agent_of(token: str) -> NetworkAgent | None:
    """The agent whose live token this is. Found by the hash, so that no compare can leak."""
    if not token:
        return None
    return NetworkAgent.objects.filter(token_hash=token_hash(token), ended_at=None).first()


def actor_of(agent: NetworkAgent) -> Actor:
    """An agent as it stands in the log."""
    return Actor(ActorKind.API, agent.pk, "drp")


def message_mac(raw: bytes) -> str:
    """What knows a message again, however its lines were broken."""
    return keyring().mac("drp-message", b"".join(raw.split()).hex())
