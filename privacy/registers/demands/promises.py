"""Controls of the promises about disclosure to authorities, and to protect others."""

from django.db.models import F, Q

from privacy.policy.board import ControlAnswer, control, green, red
from privacy.registers.demands.models import LegalDemand
from privacy.registers.demands.selectors import gagged
from privacy.registers.demands.vocabulary import DemandState
from privacy.registers.models import Disclosure

LOOKED_AT = 900  # the newest; one statement takes no more ids
LET_OUT = (DemandState.APPROVED, DemandState.DISCLOSED)


def check_approvals() -> ControlAnswer:
    """Nothing went out without two approvals by people who did not file it."""
    rows = LegalDemand.objects.filter(is_demo=False, state__in=LET_OUT)
    same = Q(first_by=F("second_by")) | Q(first_by=F("filed_by")) | Q(second_by=F("filed_by"))
    if alone := rows.filter(Q(first_by=None) | Q(second_by=None) | same).count():
        return red(f"{alone} legal demands were let out without two approvals.")
    return green(f"{rows.count()} legal demands let out, each approved by two people who did not file it.")


def check_gag() -> ControlAnswer:
    """How many demands are hidden from their persons today, and how many are shown."""
    done = LegalDemand.objects.filter(is_demo=False, state=DemandState.DISCLOSED)
    hidden = gagged().filter(is_demo=False, state=DemandState.DISCLOSED).count()
    return green(f"{done.count() - hidden} disclosures on demand are shown to their persons, {hidden} after a gag.")


def check_necessity() -> ControlAnswer:
    """Every demand that was let out has its note of necessity."""
    rows = LegalDemand.objects.filter(is_demo=False, state__in=LET_OUT)
    if bare := rows.filter(necessity="").count():
        return red(f"{bare} legal demands were let out without a note of necessity.")
    return green(f"{rows.count()} legal demands let out, each with a note of necessity.")


def check_scope() -> ControlAnswer:
    """The ledger has, for each demand, exactly the categories of its scope."""
    done = LegalDemand.objects.filter(is_demo=False).exclude(disclosure_id=None).order_by("-filed_at")[:LOOKED_AT]
    scopes = {row.disclosure_id: row.categories for row in done if row.disclosure_id}
    rows = Disclosure.objects.filter(pk__in=list(scopes)).values_list("pk", "categories")
    if wide := sum(not set(named.split()) <= set(scopes[pk]) for pk, named in rows):
        return red(f"{wide} disclosures went beyond the scope of their demand.")
    return green(f"{len(scopes)} disclosures on demand, each within its scope.")


control(44, code="demands.two_approvals", label="Two people let it out", check=check_approvals)
control(44, code="demands.gag", label="Shown once that is allowed", check=check_gag)
control(45, code="demands.necessity", label="A note of necessity", check=check_necessity)
control(45, code="demands.only_the_scope", label="Only the scope goes out", check=check_scope)
