"""The lint: which texts and settings of a policy trick people, with the mend. Pure over the typed document."""

from collections.abc import Sequence

from privacy.policy.board import is_on
from privacy.policy.document import PolicyDocument
from privacy.policy.lint.catalog import RULES, Finding, LintRule, Severity
from privacy.policy.lint.contradicting import contradiction_findings
from privacy.policy.lint.shapes import shape_findings
from privacy.policy.lint.surfaces import surface_findings
from privacy.policy.lint.texts import text_findings

__all__ = ["RULES", "Finding", "LintRule", "Severity", "lint", "refusals"]


def lint(document: PolicyDocument) -> list[Finding]:
    """Every finding, what is refused first, then in the order of the file."""
    found = [
        *text_findings(document),
        *shape_findings(document),
        *surface_findings(document),
        *contradiction_findings(document),
    ]
    return sorted(dict.fromkeys(found), key=lambda each: (each.severity is not Severity.REFUSE, each.line, each.where))


def refusals(found: Sequence[Finding]) -> list[Finding]:
    """What may not be reviewed or published as it is."""
    return [each for each in found if each.severity is Severity.REFUSE] if is_on("policy.lint") else []
