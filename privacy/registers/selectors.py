"""Reads of the registers."""

import uuid
from collections.abc import Sequence

from privacy.policy.grant_requests import Key, Shown
from privacy.policy.models import Purpose, Recipient
from privacy.policy.selectors import current_version, has_policy, in_force, purposes, recipients
from privacy.registers.models import RecipientFile
from privacy.registers.rules import Taker, Use


def taker_of(row: RecipientFile, roles: dict[str, Recipient]) -> Taker:
    """A file as the rules take it. What the policy no longer lets this kind of recipient have, it may not have."""
    kind = roles.get(row.policy_code)
    allowed = set(kind.categories) if kind else set()
    return Taker(
        policy_code=row.policy_code,
        role=kind.role if kind else "",
        categories=frozenset(set(row.categories) & allowed),
        has_contract=bool(row.contract and row.contract_on),
        contract_until=row.contract_until,
        policy_url=row.policy_url,
        is_ended=row.ended_at is not None or kind is None,
    )


def use_of(terms: Purpose) -> Use:
    """A purpose as the rules take it."""
    return Use(frozenset(terms.recipients), frozenset(terms.categories))


def policy_recipients() -> dict[str, Recipient]:
    """The kinds of recipient in the policy, by code; none where no policy is in force."""
    version = in_force().first()
    return {row.code: row for row in recipients(version)} if version else {}


def shown_categories(row: RecipientFile, terms: Purpose, roles: dict[str, Recipient]) -> tuple[str, ...]:
    """What this recipient can get for this purpose at most: what a person is asked about."""
    taker = taker_of(row, roles)
    return tuple(code for code in terms.categories if code in taker.categories)


def show_recipients(keys: Sequence[Key], _subject_ids: Sequence[uuid.UUID]) -> dict[Key, Shown]:
    """What a person reads about one recipient and one purpose; the desk for grants asks. Another country, use,
    category or policy address makes another text, which needs another grant."""
    if not has_policy():
        return {}
    version = current_version()
    roles = {row.code: row for row in recipients(version)}
    terms = {row.code: row for row in purposes(version)}
    files = {row.code: row for row in RecipientFile.objects.filter(code__in={code for _, code in keys}, ended_at=None)}
    found = {}
    for purpose, code in keys:
        row, use = files.get(code), terms.get(purpose)
        if row is None or use is None or row.policy_code not in use.recipients or row.policy_code not in roles:
            continue
        found[purpose, code] = shown_of(row, use, roles)
    return found


def shown_of(row: RecipientFile, terms: Purpose, roles: dict[str, Recipient]) -> Shown:
    """One recipient by name, for one purpose."""
    facts = [("Company", row.label), ("Country", row.country), ("What for", terms.label)]
    if row.policy_url:
        facts.append(("Its own policy, please read it first", row.policy_url))
    return Shown(f"Pass data to {row.label}", row.uses, tuple(facts), shown_categories(row, terms, roles))
