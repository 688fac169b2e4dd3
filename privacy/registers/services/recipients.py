"""The files of recipients: whoever receives data has one, with what binds them."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from privacy.audit.services import record
from privacy.kernel.actors import Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.policy.board import is_on
from privacy.policy.selectors import recipients
from privacy.registers.audit_events import RECIPIENT_ENDED, RECIPIENT_KEPT
from privacy.registers.models import RecipientFile
from privacy.registers.vocabulary import NEEDS_POLICY_URL

CHANGEABLE = frozenset(
    {
        *("label", "country", "uses", "categories", "contract", "contract_on", "contract_until", "measures"),
        *("policy_url", "review_on", "policy_code"),
    }
)


@transaction.atomic
def keep_recipient(
    *, code: str, values: dict[str, Any], actor: Actor, now: dt.datetime, version: int | None = None
) -> RecipientFile:
    """Write a file: a new one, or one that stands at `version`.

    Raises InvalidInput for what the policy does not know or a partner without a policy, StaleState where
    somebody changed it first or the code is taken.
    """
    _check(values)
    changes = {name: value for name, value in values.items() if name in CHANGEABLE}
    if version is None:
        row, is_new = RecipientFile.objects.get_or_create(code=code, defaults={**changes, "changed_at": now})
        if not is_new:
            raise StaleState("A recipient has this code. Choose another one.", field="code")
    else:
        same = RecipientFile.objects.filter(code=code, version=version, ended_at=None)
        if same.update(**changes, changed_at=now, version=version + 1) != 1:
            raise StaleState("Somebody changed this file a moment ago. Load the page again.")
        row = RecipientFile.objects.get(code=code)
    record(RECIPIENT_KEPT, actor=actor, at=now, target=row, is_demo=row.is_demo, code=code, version=row.version)
    return row


def _check(values: dict[str, Any]) -> None:
    kinds = {row.code: row for row in recipients()}
    kind = kinds.get(values["policy_code"])
    if kind is None:
        raise InvalidInput("The policy names no such kind of recipient.", field="policy_code")
    beyond = [code for code in values["categories"] if code not in kind.categories]
    if beyond or not values["categories"]:
        raise InvalidInput(
            f"The policy lets it have: {', '.join(kind.categories)}. Choose of these.", field="categories"
        )
    url = values.get("policy_url", "")
    if not url and kind.role in NEEDS_POLICY_URL and is_on("registers.partner_policies"):
        raise InvalidInput("Give the address of the partner's own policy: people read it first.", field="policy_url")
    if url and urlsplit(url).scheme not in {"http", "https"}:
        raise InvalidInput("Give a web address that begins with https://.", field="policy_url")
    begins, ends = values.get("contract_on"), values.get("contract_until")
    if begins and ends and ends < begins:
        raise InvalidInput("The contract ends before it begins.", field="contract_until")


@transaction.atomic
def end_recipient(*, row: RecipientFile, actor: Actor, now: dt.datetime) -> None:
    """Nothing goes there any more. StaleState where that is so already."""
    if RecipientFile.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now) != 1:
        raise StaleState("This recipient receives nothing already.")
    record(RECIPIENT_ENDED, actor=actor, at=now, target=row, is_demo=row.is_demo, code=row.code)
