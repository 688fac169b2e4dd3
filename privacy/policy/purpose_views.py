"""Purposes in the console: what each rests on and uses, and what became of it over the versions."""

import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from privacy.policy.comparing import Difference, differences
from privacy.policy.console_pages import may_look, show
from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.materiality import REASON_WORDS
from privacy.policy.models import PolicyVersion, Purpose, VersionState
from privacy.policy.notice_status import notice_statuses
from privacy.policy.page import BASIS_WORDS, SWITCH_WORDS, page_of
from privacy.policy.previewing import periods_of
from privacy.policy.regions import default_state
from privacy.policy.selectors import current_version, document_of, today
from privacy.policy.vocabulary import Basis, NoticeStatus


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one version did to a purpose."""

    version: PolicyVersion
    change: str
    reasons: str
    differs: list[Difference]
    statuses: list[NoticeStatus]


@require_safe
def purpose_list(request: HttpRequest) -> HttpResponse:
    """Every purpose in force with its basis, validity, data, recipients and retention."""
    if not may_look(request):
        raise PermissionDenied
    version = current_version()
    document = document_of(version)
    rows = {row.code: row for row in version.purpose_rows.all()}
    lines = [
        (line, rows[line.entry.code], periods_of(document, line.entry.categories))
        for line in page_of(document, {}).purposes
    ]
    return show(request, "purposes.html", "Purposes", lines=lines, in_force=version)


@require_safe
def purpose_page(request: HttpRequest, code: str) -> HttpResponse:
    """One purpose, with its history over the versions, drafts included."""
    if not may_look(request):
        raise PermissionDenied
    versions = list(PolicyVersion.objects.order_by("-effective_on"))
    rows = {row.version_id: row for row in Purpose.objects.filter(code=code)}
    known = [each for each in versions if each.pk in rows]
    if not known:
        raise Http404
    in_force = next((each for each in versions if each.is_published and each.effective_on <= today()), None)
    shown = in_force if in_force in known else known[0]
    document = document_of(shown)
    line = next(each for each in page_of(document, {}).purposes if each.entry.code == code)
    return show(
        request,
        "purpose.html",
        line.entry.label,
        line=line,
        shown=shown,
        is_in_force=shown == in_force,
        periods=periods_of(document, line.entry.categories),
        notices=[each for each in document.notices if each.purpose == code],
        regions=[(rule, default_state(document.regions, code, rule.code, today()).is_on) for rule in document.regions],
        basis=BASIS_WORDS[Basis(line.entry.basis)],
        switch=SWITCH_WORDS[line.entry.switch],
        chapters=_chapters(known, rows, in_force, code),
    )


def _chapters(
    known: list[PolicyVersion], rows: dict[uuid.UUID, Purpose], in_force: PolicyVersion | None, code: str
) -> list[Chapter]:
    published = [each for each in known if each.state == VersionState.PUBLISHED]
    current = rows.get(in_force.pk) if in_force else None
    today_text = _notice(document_of(in_force), code) if in_force else ""
    found = []
    for version in known:
        row, document = rows[version.pk], from_json(version.document)
        before = next((each for each in published if each.effective_on < version.effective_on), None)
        found.append(
            Chapter(
                version=version,
                change=row.change or ("draft" if not version.is_published else "new"),
                reasons=", ".join(REASON_WORDS[each] for each in row.change_reasons),
                differs=_differences(before, document, code),
                statuses=notice_statuses(
                    version_on=version.effective_on,
                    in_force_on=in_force.effective_on if in_force else None,
                    is_published=version.is_published,
                    stale_before=current.stale_before if current else None,
                    is_replaced=_notice(document, code) != today_text,
                ),
            )
        )
    return found


def _differences(before: PolicyVersion | None, document: PolicyDocument, code: str) -> list[Difference]:
    """What changed about the purpose since the published version before; nothing for its first."""
    if before is None:
        return []
    found = differences(from_json(before.document), document, for_staff=True)
    return [each for each in found if each.name == code]


def _notice(document: PolicyDocument, code: str) -> str:
    return "\n".join(f"{each.language} {each.text}" for each in document.notices if each.purpose == code)
