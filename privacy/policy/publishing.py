"""What is looked at before a version is published, and what is noted with it for good."""

import datetime as dt
from dataclasses import dataclass

from privacy.kernel.actors import Actor, ActorKind
from privacy.kernel.errors import DomainError
from privacy.policy.board import is_on
from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.lint import Finding, lint, refusals
from privacy.policy.materiality import Earlier, PurposeChange, basis_refusal, purpose_changes
from privacy.policy.models import PolicyVersion, Purpose, VersionState


class DarkPattern(DomainError):
    """The lint refuses the text; `findings` says where, why, and how to mend it."""

    code = "dark_pattern"
    http_status = 409

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        lines = "\n".join(str(each) for each in findings)
        count = len(findings)
        super().__init__(f"The lint refuses {count} thing{'s' if count != 1 else ''}.\n{lines}")


@dataclass(frozen=True, slots=True)
class Past:
    """Every purpose as it was published last before a version, and the date of the newest such version."""

    purposes: dict[str, Earlier]
    newest_on: dt.date | None

    def changes(self, document: PolicyDocument) -> list[PurposeChange]:
        """What publishing `document` does to each purpose."""
        return purpose_changes(document, self.purposes, self.newest_on)

    def basis_refusals(self, document: PolicyDocument) -> dict[str, str]:
        """By purpose, why it cannot rest on its new basis."""
        known = [each.code for each in document.purposes if each.code in self.purposes]
        found = {code: basis_refusal(code, self.purposes[code].document, document) for code in known}
        return {code: why for code, why in found.items() if why and is_on("policy.basis_kept")}


def check_publishable(version: PolicyVersion, document: PolicyDocument, past: Past, actor: Actor) -> None:
    """Raises DarkPattern, or DomainError(unreviewed, basis_changed): what stands between a draft and the public."""
    check_review(document, past)
    if is_on("policy.reviewed") and actor.kind is ActorKind.STAFF and version.reviewed_digest != version.digest:
        raise DomainError("A second person has to review this very text first.", code="unreviewed")


def check_review(document: PolicyDocument, past: Past) -> None:
    """Raises DarkPattern, or DomainError(basis_changed): what no reviewer can let pass."""
    if found := refusals(lint(document)):
        raise DarkPattern(found)
    if refused := past.basis_refusals(document):
        raise DomainError(
            f"{' '.join(refused.values())} Give the use a code of its own, so that everybody is asked or told anew.",
            code="basis_changed",
            field=f"purposes.{next(iter(refused))}.basis",
        )


def past_of(version: PolicyVersion) -> Past:
    """What was published before this version, in two queries."""
    before = list(
        PolicyVersion.objects.filter(state=VersionState.PUBLISHED, effective_on__lt=version.effective_on)
        .exclude(pk=version.pk)
        .order_by("-effective_on")
    )
    rows = Purpose.objects.filter(version__in=before).values_list("version_id", "code", "stale_before")
    stale = {(version_id, code): day for version_id, code, day in rows}
    found: dict[str, Earlier] = {}
    for row in before:
        document = from_json(row.document)
        for each in document.purposes:
            found.setdefault(each.code, Earlier(document, row.effective_on, stale.get((row.pk, each.code))))
    return Past(found, before[0].effective_on if before else None)


def note_changes(version: PolicyVersion, changes: list[PurposeChange]) -> None:
    """Write the changes into the draft's purposes: the last thing before they are frozen."""
    by_code = {each.code: each for each in changes}
    rows = list(version.purpose_rows.all())
    for row in rows:
        change = by_code[row.code]
        row.change, row.change_reasons = change.kind, list(change.reasons)
        row.stale_before = change.stale_before if is_on("policy.stale_grants") else None
    Purpose.objects.bulk_update(rows, ["change", "change_reasons", "stale_before"])
