"""Controls of the promises that the registers keep."""

from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import has_policy, today
from privacy.policy.vocabulary import RecipientRole
from privacy.registers.models import Disclosure, RecipientFile, RefusedDisclosure
from privacy.registers.rules import file_problem
from privacy.registers.selectors import policy_recipients, taker_of


def _files() -> list[RecipientFile]:
    return list(RecipientFile.objects.filter(ended_at=None))


def check_ledger() -> ControlAnswer:
    """Every disclosure names a recipient that has a file."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    known = RecipientFile.objects.values_list("code", flat=True)
    strange = Disclosure.objects.exclude(recipient__in=known).count()
    if strange:
        return red(f"{strange} disclosures went to recipients without a file.")
    rows = Disclosure.objects.filter(is_demo=False).count()
    return green(f"{rows} disclosures in the ledger, each with what, to whom, why and on which basis.")


def check_files() -> ControlAnswer:
    """Recipients whose contract has ended, or who were not looked at in time."""
    kinds = policy_recipients()
    late = [row for row in _files() if row.review_on < today()]
    problems = [file_problem(taker_of(row, kinds), today()) for row in _files()]
    bad = [one for one in problems if one in {"no_contract", "contract_lapsed"}]
    if late:
        return red(f"{len(late)} files of recipients are past their review.")
    return green(f"{len(_files())} files of recipients; {len(bad)} receive nothing until they have a contract.")


def check_named() -> ControlAnswer:
    """How often data was refused to somebody whom the person had not named."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    refused = sum(RefusedDisclosure.objects.values_list("count", flat=True))
    return green(f"{refused} refused; each disclosure on consent names the grant that it rests on.")


def check_partners() -> ControlAnswer:
    """Every partner's own policy is linked where people are asked."""
    kinds = policy_recipients()
    bare = [row for row in _files() if file_problem(taker_of(row, kinds), today()) == "no_policy_url"]
    if bare:
        return red(f"{len(bare)} partners have no address of their own policy; nothing goes to them.")
    return green("Every partner's own policy is linked where people are asked.")


def check_purchases() -> ControlAnswer:
    """Every purchase of an add-on went to a publisher by a purpose of the policy, once."""
    if not has_policy():
        return not_configured("No policy is in force. Load one: manage.py load_policy FILE.")
    kinds = {code for code, kind in policy_recipients().items() if kind.role == RecipientRole.PUBLISHER}
    files = RecipientFile.objects.filter(policy_code__in=kinds).values_list("code", flat=True)
    rows = Disclosure.objects.filter(recipient__in=files, is_demo=False).count()
    return green(f"{len(files)} publishers of add-ons, {rows} purchases in the ledger.")


control(14, code="registers.purchases", label="A purchase names its publisher", check=check_purchases)
control(40, code="registers.shares", label="Each share is one row", check=check_ledger)
control(41, code="registers.contracts", label="Recipients under contract", check=check_files)
control(42, code="registers.named_consent", label="Consent for each recipient by name", check=check_named)
control(47, code="registers.partner_policies", label="Partners' own policies", check=check_partners)
