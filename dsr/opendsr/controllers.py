"""The register of business customers that file by OpenDSR: who, by which key, called back where, in which systems."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.api_keys import make_api_key
from accounts.models import ApiKey
from dsr.opendsr.audit_events import CONTROLLER_KEPT, KEY_GIVEN
from dsr.opendsr.models import Controller
from dsr.opendsr.vocabulary import SCOPE
from dsr.referring.models import BusinessCustomer
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.kernel.identifiers import LABEL
from privacy.personal_data.contract import handlers

OURS = "kept"
KEY_LIVES = dt.timedelta(days=365)
LONGEST = 1000
# Asked for in every search for a person, so not put together each time.
RESERVED = """SELECT c.systems, b.name FROM opendsr_controller c
JOIN referring_businesscustomer b ON b.id = c.customer_id WHERE c.systems <> ''"""


def outside_systems() -> dict[str, str]:
    """Key → label of every connected system."""
    return {handler.key: handler.label for handler in handlers.everything() if handler.system != OURS}


def reserved_systems() -> dict[str, str]:
    """The systems that hold customers' people: key → the customer. Nobody of ours is looked up there."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVED)
        return {key: name for systems, name in cursor.fetchall() for key in systems.split()}


@transaction.atomic
def keep_controller(
    *, customer: BusinessCustomer, callback_domains: str, systems: list[str], actor: Actor, now: dt.datetime
) -> Controller:
    """Let a customer file, or change its entry. InvalidInput names callback_domains or systems.

    A system belongs to one customer: two that shared one could each erase the other's people.
    """
    if customer.ended_at:
        raise StaleState("This customer has left.")
    domains = " ".join(dict.fromkeys(callback_domains.lower().split()))
    if len(domains) > LONGEST or not all(_is_domain(each) for each in domains.split()):
        raise InvalidInput("Write domains such as privacy.acme.example, one a line.", field="callback_domains")
    if unknown := set(systems) - set(outside_systems()):
        raise InvalidInput(f"{min(unknown)} is no connected system.", field="systems")
    others = Controller.objects.exclude(customer=customer).values_list("systems", flat=True)
    if taken := set(systems) & {key for each in others for key in each.split()}:
        raise InvalidInput(f"{min(taken)} holds the data of another customer already.", field="systems")
    row = Controller.objects.select_for_update(no_key=True).filter(customer=customer).first()
    row = row or Controller(customer=customer, made_at=now, is_demo=customer.is_demo)
    row.callback_domains, row.systems = domains, " ".join(systems)
    row.save()
    record(CONTROLLER_KEPT, actor=actor, at=now, target=row, is_demo=row.is_demo)
    return row


@transaction.atomic
def give_key(*, controller: Controller, actor: Actor, now: dt.datetime) -> str:
    """Make the key of a controller and return it; it is shown once and ends after a year. Its successors are made and
    it is revoked on the page of API keys. StaleState where a live key is there."""
    row = Controller.objects.select_for_update(no_key=True).select_related("customer").get(pk=controller.pk)
    if row.customer.ended_at:
        raise StaleState("This customer has left.")
    if row.key_family and _live_keys(row).exists():
        raise StaleState("There is a key already. Make its successor, or revoke it, among the API keys.")
    label = f"OpenDSR {row.customer.name}"[:50] + f" {now:%Y-%m-%d %H:%M:%S.%f}"
    key = make_api_key(label=label, scopes=SCOPE, expires_at=now + KEY_LIVES, actor=actor, now=now, is_demo=row.is_demo)
    Controller.objects.filter(pk=row.pk).update(key_family=ApiKey.objects.get(label=label).pk)
    record(KEY_GIVEN, actor=actor, at=now, target=row, is_demo=row.is_demo)
    return key


def _live_keys(row: Controller) -> "QuerySet[ApiKey]":
    mine = ApiKey.objects.filter(Q(pk=row.key_family) | Q(family=row.key_family), revoked_at=None)
    return mine.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))


def _is_domain(text: str) -> bool:
    return "." in text and all(LABEL.fullmatch(label) for label in text.split("."))
