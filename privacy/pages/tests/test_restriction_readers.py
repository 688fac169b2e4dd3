"""Article 18: while a restriction stands, data is only stored. Every door and job that reads data of people is listed
here with what it does about that; a new one that is not fails, and so does one that says it asks and does not."""

import importlib
import inspect
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from consent.services import How, set_preference
from consent.terms import forget_terms
from consent.vocabulary import Door
from privacy.jobs.registry import _kinds
from privacy.jobs.webhooks.topics import _topics
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.personal_data.restricting import restrict_subject
from privacy.policy import decision_gate
from privacy.policy.models import PolicyVersion, Purpose
from privacy.policy.selectors import purposes
from privacy.policy.vocabulary import Basis, Switch

MACHINES = ("api/", "opendsr", "drp")
STORES = "stores or deletes; uses nothing"
OWN = "the person's own act, or the answer to it"
NOBODY = "no person in it"
DECISION = "consent.rules"  # the one rule: a restriction denies every use but what a law or a message needs
ASKS = ("is_restricted", "restricted_subjects", "Restriction", "decision_gate", "decide(", "decide_for", "granted(")

DOORS = {
    "api/v1/addon-purchases": "privacy.registers.services.disclosing",
    "api/v1/collections": "privacy.intake.services.collecting",
    "api/v1/consent-feed": "consent.feed.records",
    "api/v1/consent-feed/snapshot": "consent.feed.records",
    "api/v1/consent-state": "consent.api.state",
    "api/v1/consent-statistics": NOBODY,
    "api/v1/customers": STORES,
    "api/v1/customers/<uuid:pk>/publish": "privacy.intake.services.publishing",
    "api/v1/customers/<uuid:pk>/take-down": STORES,
    "api/v1/decisions": "consent.api.decisions",
    "api/v1/devices": "consent.devices",
    "api/v1/devices/<uuid:pk>": OWN,
    "api/v1/disclosures": "privacy.registers.services.disclosing",
    "api/v1/disclosures/ask": STORES,
    "api/v1/mail-headers": OWN,
    "api/v1/may-ask": "consent.api.asking",
    "api/v1/promotions/<slug:code>/entries": "privacy.intake.services.promotions",
    "api/v1/sales": STORES,
    "api/v1/schema/": NOBODY,
    "api/v1/subject-requests": OWN,
    "api/v1/subject-requests/<str:reference>": OWN,
    "api/v1/testimonials": STORES,
    "api/v1/testimonials/<uuid:pk>/publish": "privacy.intake.services.publishing",
    "api/v1/testimonials/<uuid:pk>/take-down": STORES,
    "api/v1/totals": "privacy.intake.totals",
    "drp/v1/agent/<str:agent_id>": NOBODY,
    "drp/v1/data-rights-request": OWN,
    "drp/v1/data-rights-request/<str:request_id>": OWN,
    "drp/verify/<uuid:request_id>": NOBODY,
    "opendsr/callbacks/<slug:key>": OWN,
    "opendsr/discovery": NOBODY,
    "opendsr/certificate.pem": NOBODY,
    "opendsr/requests": OWN,
    "opendsr/requests/<str:subject_request_id>": OWN,
    "opendsr/results/<str:pk>": OWN,
}
JOBS = {
    "consent.": STORES,
    "accounts.": STORES,
    "connectors.": NOBODY,
    "desks.": OWN,
    "correspondence.": STORES,
    "drp.": OWN,
    "dsr.erase_retained": "dsr.retained.erasing",
    "dsr.": OWN,
    "imports.": STORES,  # it only lowers, and takes over no use
    "intake.": STORES,
    "jobs.send_mail": "consent.gate",
    "mailbox.": OWN,
    "mailing.": "consent.mailing.campaigns.audience",
    "opendsr.": OWN,  # a customer's own people, in its own systems
    "personal_data.": OWN,
    "policy.": NOBODY,
    "referring.": OWN,
    "retention.run": "privacy.retention.paging",
    "retention.": NOBODY,
    "identity.destroy_evidence": OWN,
    "review.": OWN,
    "webhooks.": STORES,
}
TOPICS = {
    "consent.": "tells a no as well as a yes",
    "policy.": NOBODY,
    "subject.": "tells the restriction itself",
    "webhooks.": NOBODY,
}


def machine_doors() -> set[str]:
    found: set[str] = set()

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> None:
        for each in patterns:
            path = before + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each.url_patterns, path)
            elif path.startswith(MACHINES):
                found.add(path)

    walk(get_resolver().url_patterns, "")
    return found


def listed(name: str, table: dict[str, str]) -> str:
    """The longest entry that a name begins with."""
    return table.get(max((key for key in table if name.startswith(key)), key=len, default=""), "")


def test_every_reader_is_listed_and_asks_where_it_says_so() -> None:
    missing = machine_doors() - DOORS.keys()
    assert missing == set(), "say what these doors do for a person whose data is restricted"
    unlisted = {name for name in _kinds if not listed(name, JOBS)} | {
        name for name in _topics if not listed(name, TOPICS)
    }
    assert {name for name in unlisted if not name.startswith("test")} == set(), "say so of these jobs and events too"
    modules = {how for how in [*DOORS.values(), *JOBS.values()] if "." in how and " " not in how}
    for module in sorted(modules | {DECISION}):
        source = inspect.getsource(importlib.import_module(module))
        assert any(word in source for word in ASKS), f"{module} does not ask whether the person is restricted"


def may_go_on(terms: Purpose) -> bool:
    """What Article 18(2) leaves: a law, and what the person needs to be told."""
    return terms.basis == Basis.LEGAL_OBLIGATION or terms.message_class == "transactional"


@pytest.mark.django_db
@pytest.mark.promise(77)
def test_every_purpose_of_the_policy_is_denied_while_it_stands(demo_policy: PolicyVersion, alice: User) -> None:
    forget_terms()
    now = clock.now()
    actor: Any = Actor.subject(alice.subject_id, via="account")
    for terms in purposes():
        if terms.switch is Switch.CONSENT:
            set_preference(
                subject_id=alice.subject_id,
                purpose_code=terms.code,
                allow=True,
                how=How(Door.SIGNED_IN),
                actor=actor,
                now=now,
            )
    before = {code for code in _codes() if _allowed(alice, code)}
    restrict_subject(subject_id=alice.subject_id, ground="requested", actor=SYSTEM, now=clock.now())
    after = {code for code in _codes() if _allowed(alice, code)}
    assert after == {terms.code for terms in purposes() if may_go_on(terms)} & before
    assert len(before) > len(after)


def _codes() -> list[str]:
    return [terms.code for terms in purposes()]


def _allowed(user: User, code: str) -> bool:
    return decision_gate.ask(subject_id=user.subject_id, purpose=code, now=clock.now()).allowed
