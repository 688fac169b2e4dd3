"""What speaks against a deletion without staff. Reads only."""

from collections.abc import Iterable

from django.conf import settings

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.services.planning import Preview
from dsr.states import OPEN
from privacy.personal_data.contract import Handler, Person, TablePlan, Treatment
from privacy.personal_data.guards import held_rows
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.models import Restriction
from privacy.personal_data.selectors import alias_set

WORDS = {
    "staff": "Accounts of our staff are deleted by their administrator.",
    "open_request": "Another request of yours is open. We answer that first.",
    "restricted": "The use of your data is restricted, so it may not be erased without a look.",
    "system_silent": "One of our systems does not answer now.",
    "hold": "Something has to stay for now, so a person of our privacy team looks at it.",
    "somebody_must_act": "One of our systems needs a person to erase it.",
    "many_rows": "It is so much data that a person of our privacy team looks at it.",
    "changed": "Your request was taken up by our privacy team meanwhile.",
    "account_gone": "The account is not there any more.",
}
PASSING = frozenset({"system_silent"})  # tried again for a day


def before_scheduling(user: User) -> str:
    """The code of what speaks against even asking; empty where nothing does."""
    if user.is_staff or user.is_superuser:
        return "staff"
    return of_person(user, case=None)


def of_person(user: User, *, case: SubjectRequest | None) -> str:
    """The code of what stands against the person now: another open request, or a restriction."""
    members = alias_set(user.subject_id)
    others = SubjectRequest.objects.filter(subject_id__in=members, state__in=OPEN)
    if (others.exclude(pk=case.pk) if case else others).exists():
        return "open_request"
    return "restricted" if Restriction.objects.filter(subject_id__in=members, lifted_at=None).exists() else ""


def of_plan(preview: Preview) -> str:
    """The code of what the systems say against it; empty where only what the policy published stays."""
    if preview.problems:
        return "system_silent"
    if any(not _is_published(handler, table, preview.person) for handler, table in _tables(preview)):
        return "hold"
    if any(plan.residuals for _, plan in preview.plans):
        return "somebody_must_act"
    return "many_rows" if preview.rows > settings.KEPT_OWN_DELETION_ROWS else ""


def _tables(preview: Preview) -> Iterable[tuple[Handler, TablePlan]]:
    return ((handler, table) for handler, plan in preview.plans for table in plan.tables)


def _is_published(handler: Handler, table: TablePlan, person: Person) -> bool:
    """Whether what stays of a table is what its declaration, or the data map, says of it for everybody."""
    if isinstance(handler, ModelHandler):
        declared = handler.declaration.on_erase
        return table.treatment is not Treatment.RETAIN or (
            declared.kind == "retain" and table.ground == declared.ground
        )
    return not held_rows(person, f"{handler.key}.{table.table}", table.keys)
