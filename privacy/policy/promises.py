"""Controls of the promises that the policy itself keeps."""

import hashlib
from collections import Counter

from privacy.policy.asking_rules import PAYMENT_DATA, PROMOTING
from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.crossing import recipients_without_transfer
from privacy.policy.lint import lint, refusals
from privacy.policy.models import PolicyVersion, Purpose, VersionState
from privacy.policy.selectors import current_version, document_of, has_policy, versions
from privacy.policy.triggers import missing_triggers
from privacy.policy.vocabulary import Basis, Mechanism

LOAD = "No policy is in force. Load one: manage.py load_policy FILE."


def check_basis() -> ControlAnswer:
    """Every purpose has one basis; a legitimate interest has its balancing document."""
    if not has_policy():
        return not_configured(LOAD)
    rows = Purpose.objects.filter(version=current_version())
    without = rows.filter(basis=Basis.LEGITIMATE_INTEREST, assessment="").count()
    if without:
        return red(f"{without} uses rest on an interest that nobody has balanced.")
    interests = rows.filter(basis=Basis.LEGITIMATE_INTEREST).count()
    return green(
        f"{rows.count()} uses, each on one basis; {interests} on an interest, each with its balancing document."
    )


def check_published_only() -> ControlAnswer:
    """What is in force was published; a draft counts for nothing."""
    if not has_policy():
        return not_configured(LOAD)
    if not current_version().is_published:
        return red("The policy in force is a draft.")
    published = Purpose.objects.filter(version=current_version()).count()
    drafts = PolicyVersion.objects.filter(state=VersionState.DRAFT).count()
    return green(f"{published} purposes are published, every other is denied; {drafts} drafts count for nothing.")


def check_public_versions() -> ControlAnswer:
    """Everybody can read every published version and what changed between two of them."""
    if not has_policy():
        return not_configured(LOAD)
    published = PolicyVersion.objects.filter(state=VersionState.PUBLISHED)
    changed = [row for row in published if hashlib.sha256(row.document.encode()).hexdigest() != row.digest]
    if changed:
        return red(f"The text of {len(changed)} published versions is not the one whose fingerprint was noted.")
    summed_up = sum(bool(row.summary) for row in Purpose.objects.filter(version=current_version()))
    return green(f"Open to everybody: {len(published)} versions. Summed up in a sentence: {summed_up} purposes.")


def check_versions() -> ControlAnswer:
    """Published versions cannot change: the triggers that freeze them stand."""
    if not has_policy():
        return not_configured(LOAD)
    if missing := missing_triggers():
        return red(f"{len(missing)} triggers that freeze published versions are missing. Run manage.py migrate.")
    published = versions()
    return green(
        f"{len(published)} published, each frozen with its date at the top; in force: {current_version().effective_on}."
    )


def check_drafting() -> ControlAnswer:
    """What is in force passes the lint; what staff publish, a second person has reviewed."""
    if not has_policy():
        return not_configured(LOAD)
    refused = refusals(lint(document_of(current_version())))
    if refused:
        return red(f"The policy in force has {len(refused)} things that the lint refuses. Run manage.py lint_policy.")
    staff = PolicyVersion.objects.filter(state=VersionState.PUBLISHED).exclude(published_by=None)
    reviewed = staff.exclude(reviewed_by=None).count()
    return green(f"The lint refuses nothing in force. Published by staff: {staff.count()}, reviewed: {reviewed}.")


def check_stale() -> ControlAnswer:
    """Material changes are noted per purpose with the version."""
    if not has_policy():
        return not_configured(LOAD)
    stale = Purpose.objects.filter(version=current_version()).exclude(stale_before=None).count()
    return green(f"{stale} purposes changed materially; consents to their earlier text count no more.")


def check_regions() -> ControlAnswer:
    """What is on without a choice, by the dated rules in force."""
    if not has_policy():
        return not_configured(LOAD)
    rules = document_of(current_version()).regions
    on = sum(len(rule.on_by_default) for rule in rules)
    return green(f"{len(rules)} regional rules; {on} exceptions from off by default.")


def check_payment() -> ControlAnswer:
    """No purpose that promotes or shares lists payment data."""
    if not has_policy():
        return not_configured(LOAD)
    rows = Purpose.objects.filter(version=current_version(), group__in=PROMOTING)
    loose = sum(PAYMENT_DATA in row.categories for row in rows)
    return red(f"{loose} purposes promote with payment data.") if loose else green(f"{rows.count()} purposes, none.")


def check_documents() -> ControlAnswer:
    """The policy page names the documents beside it, in the version in force."""
    if not has_policy():
        return not_configured(LOAD)
    documents = document_of(current_version()).documents
    return green(f"{len(documents)} documents stand beside the policy, each with its date.")


def check_transfers() -> ControlAnswer:
    """Whoever receives data abroad has a transfer of its own in the policy in force."""
    if not has_policy():
        return not_configured(LOAD)
    document = document_of(current_version())
    if missing := recipients_without_transfer(document):
        return red(f"{len(missing)} recipients abroad have no transfer in the policy; the next version needs one.")
    return green(f"{len(document.transfers)} transfers cover the recipients abroad, each with its mechanism.")


def check_mechanisms() -> ControlAnswer:
    """No transfer rests on anybody's use of the service."""
    if not has_policy():
        return not_configured(LOAD)
    by = Counter(each.mechanism for each in document_of(current_version()).transfers)
    if other := sum(count for word, count in by.items() if word not in set(Mechanism)):
        return red(f"{other} transfers rest on something that makes none lawful.")
    words = ", ".join(f"{count} on {word.replace('_', ' ')}" for word, count in sorted(by.items()))
    return green(f"{sum(by.values())} transfers: {words or 'none'}; none on use or acceptance.")


def check_first_version() -> ControlAnswer:
    """Some policy is in force, with its own date."""
    if not has_policy():
        return not_configured(LOAD)
    return green(f"The first version is of {versions()[-1].effective_on}.")


control(5, code="policy.public_versions", label="Public versions, summaries and changes", check=check_public_versions)
control(36, code="policy.published_only", label="Only what is published counts", check=check_published_only)
control(36, code="policy.reviewed", label="A second person reviews what is published", check=check_drafting)
control(36, code="policy.lint", label="The lint refuses what tricks people", check=check_drafting)
control(19, code="policy.regional_defaults", label="Off unless a dated rule of the region says so", check=check_regions)
control(29, code="policy.payment_data", label="Payment data in no purpose that promotes", check=check_payment)
control(61, code="policy.transfers", label="No recipient abroad without a transfer", check=check_transfers)
control(62, code="policy.never_by_use", label="Use is no mechanism of transfer", check=check_mechanisms)
control(95, code="policy.stale_grants", label="A material change makes old grants stale", check=check_stale)
control(49, code="policy.basis_kept", label="A purpose keeps its basis", check=check_basis)
control(49, code="policy.balanced", label="Basis and balancing checked before publishing", check=check_basis)
control(95, code="policy.dated_versions", label="Frozen versions, date at the top", check=check_versions)
control(98, code="policy.documents", label="Documents on the policy page", check=check_documents)
control(102, code="policy.first_version", label="The first file is published with its date", check=check_first_version)
