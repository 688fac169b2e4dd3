"""What a reviewer and a publisher read about a draft: the lint, what changes for whom, and what stands in the way."""

from dataclasses import dataclass

from privacy.policy.affected import count_affected
from privacy.policy.document import PolicyDocument
from privacy.policy.lint import Finding, lint, refusals
from privacy.policy.materiality import PurposeChange
from privacy.policy.models import PolicyVersion
from privacy.policy.publishing import past_of
from privacy.policy.selectors import today
from privacy.policy.vocabulary import ChangeKind, Switch


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One purpose that this version changes, and how many people would have to say yes again."""

    change: PurposeChange
    label: str
    asks_again: bool
    people: int

    @property
    def follows(self) -> str:
        """What follows for people, in words."""
        if self.change.kind is ChangeKind.NEW:
            return "Nobody has answered it yet."
        if self.change.kind is ChangeKind.MINOR:
            return "Every grant stays."
        if self.asks_again:
            return "Consents given before do not count until they are given again."
        return "People are told; nothing is asked again."


@dataclass(frozen=True, slots=True)
class DraftReport:
    """Everything about a draft that is worked out from its text and what stands."""

    findings: list[Finding]
    refused: list[Finding]
    changes: list[ChangeLine]
    basis: list[str]
    is_past: bool = False  # its day is over: published, it is in force at once, and back to that day

    @property
    def may_pass(self) -> bool:
        return not self.refused and not self.basis

    @property
    def people(self) -> int:
        return sum(line.people for line in self.changes)


def report_on(version: PolicyVersion, document: PolicyDocument) -> DraftReport:
    """The report of a draft, or of what a published version did."""
    findings = lint(document)
    entries = {each.code: each for each in document.purposes}
    past = past_of(version)
    changed = [each for each in past.changes(document) if each.kind is not ChangeKind.SAME]
    asked = {
        each.code: each.stale_before
        for each in changed
        if each.kind is ChangeKind.MATERIAL and each.stale_before and entries[each.code].switch is Switch.CONSENT
    }
    people = count_affected(asked)
    return DraftReport(
        findings=findings,
        refused=refusals(findings),
        changes=[
            ChangeLine(each, entries[each.code].label, each.code in asked, people.get(each.code, 0)) for each in changed
        ],
        is_past=version.effective_on < today(),
        basis=list(past.basis_refusals(document).values()),
    )
