"""May this data go to this recipient? Pure: the recipient's file, the policy's purpose, and the day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from privacy.policy.board import is_on
from privacy.registers.vocabulary import BOUND_BY_CONTRACT, NEEDS_POLICY_URL


@dataclass(frozen=True, slots=True)
class Taker:
    """A recipient's file, as far as the gate needs it; `role` is the policy's."""

    policy_code: str
    role: str
    categories: frozenset[str]
    has_contract: bool
    contract_until: dt.date | None
    policy_url: str
    is_ended: bool


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose of the policy, as far as the gate needs it."""

    recipients: frozenset[str]
    categories: frozenset[str]


def refusal(taker: Taker | None, use: Use | None, categories: Collection[str], on: dt.date) -> str:
    """Why the file or the policy forbids it, as a code; empty where they do not."""
    if taker is None or taker.is_ended:
        return "unknown_recipient"
    if use is None:
        return "unknown_purpose"
    if taker.policy_code not in use.recipients:
        return "recipient_not_in_purpose"
    asked = set(categories)
    if not asked <= use.categories:
        return "category_not_in_purpose"
    if not asked <= taker.categories:
        return "category_not_for_recipient"
    return file_problem(taker, on)


def file_problem(taker: Taker, on: dt.date) -> str:
    """What the recipient's own file lacks, as a code; empty where it is in order."""
    if taker.role in BOUND_BY_CONTRACT and is_on("registers.contracts"):
        if not taker.has_contract:
            return "no_contract"
        if taker.contract_until is not None and taker.contract_until < on:
            return "contract_lapsed"
    if taker.role in NEEDS_POLICY_URL and not taker.policy_url and is_on("registers.partner_policies"):
        return "no_policy_url"
    return ""
