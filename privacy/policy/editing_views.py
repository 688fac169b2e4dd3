"""The workbench of a draft: its purposes with their words in every language, and every other entry, by forms."""

import contextlib
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from privacy.console.decorators import staff_actor
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, StaleState
from privacy.policy.comparing import Difference, differences
from privacy.policy.console_pages import changes_since, show, version_or_404, version_to_change
from privacy.policy.document import PolicyDocument
from privacy.policy.drafting import save_draft
from privacy.policy.editing import (
    HEADER,
    SECTIONS,
    Content,
    find_entry,
    key_of,
    languages_of,
    put_entry,
    put_words,
    remove_entry,
    words_in,
)
from privacy.policy.entry_forms import EntryForm, initial_of
from privacy.policy.lint import Finding, lint
from privacy.policy.loading import BadPolicyFile, checked_document
from privacy.policy.models import PolicyVersion
from privacy.policy.previewing import link_to_page, preview_of
from privacy.policy.reading import LANGUAGE
from privacy.policy.report import report_on
from privacy.policy.selectors import document_of, version_before
from privacy.policy.writing import as_plain

NEW = "new"


@require_safe
def workbench(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything in a draft that can be changed, and how far it is from being published."""
    version = version_to_change(request, pk)
    if version.is_published:
        return redirect("console:policy_policyversion_change", version.pk)
    document = document_of(version)
    report = report_on(version, document)
    content = as_plain(document)
    changes = {line.change.code: line.change for line in report.changes}
    counts: dict[str, int] = {}
    for finding in report.findings:
        code = finding.where.split(".")[1] if finding.where.count(".") else ""
        counts[code] = counts.get(code, 0) + (finding in report.refused)
    purposes = [(each, changes.get(each.code), counts.get(each.code, 0)) for each in document.purposes]
    others = [
        (section, title, [(key_of(section, each), _name(each)) for each in content.get(section, [])])
        for section, (_entry, title) in SECTIONS.items()
        if section != "purposes"
    ]
    return show(
        request,
        "workbench.html",
        f"Edit the draft of {version.effective_on}",
        version=version,
        purposes=purposes,
        others=others,
        report=report,
        languages=[(each, link_to_page(version.pk, "", each)) for each in languages_of(content)],
        is_reviewed=version.reviewed_digest == version.digest,
        **changes_since(version),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_entry(request: HttpRequest, pk: uuid.UUID, section: str, key: str = "") -> HttpResponse:
    """One entry of a draft: change it, look at it, add it (key "new") or take it out."""
    version = version_to_change(request, pk)
    if version.is_published:
        return redirect("console:policy_policyversion_change", version.pk)
    page = EntryPage(request, version, section, "" if key == NEW else key)
    if request.method != "POST":
        return page.shown()
    if request.POST.get("act") == "remove":
        return page.remove()
    return page.save(only_look=request.POST.get("act") == "look")


def _name(entry: Content) -> str:
    return str(entry.get("label") or entry.get("title") or entry.get("says") or entry.get("code", ""))[:80]


class EntryPage:
    """The page of one entry, for one request."""

    def __init__(self, request: HttpRequest, version: PolicyVersion, section: str, key: str) -> None:
        if section != HEADER and section not in SECTIONS:
            raise Http404
        self.request, self.version, self.section, self.key = request, version, section, key
        self.content = as_plain(document_of(version))
        entry = find_entry(self.content, section, key) if key or section == HEADER else {}
        if entry is None:
            raise Http404
        self.entry = entry
        self.languages = self._languages() if section == "purposes" else []
        self.form = self._form()

    def _languages(self) -> list[str]:
        asked = self.request.GET.get("language", "")
        more = [asked] if LANGUAGE.fullmatch(asked) and len(asked) <= len("zh-Hant-HK") else []
        return list(dict.fromkeys([*languages_of(self.content), *more]))

    def _form(self) -> EntryForm:
        initial = {"digest": self.version.digest, **initial_of(self.section, self.entry)}
        for language in self.languages:
            for name, text in words_in(self.content, self.key, language).items():
                initial[f"{name}-{language}"] = text
        return EntryForm(
            self.section,
            self.content,
            None if self.request.POST.get("act") == "remove" else self.request.POST or None,
            languages=self.languages,
            opened=self.request.GET.get("language", "") or self.content[HEADER]["language"],
            is_new=not self.key and self.section != HEADER,
            initial=initial,
        )

    def save(self, *, only_look: bool) -> HttpResponse:
        """Write the entry into the draft, or only show what it would be."""
        if not self.form.is_valid():
            return self.shown()
        changed = self._changed()
        try:
            document = checked_document(changed)
            if not only_look:
                self._write(changed)
        except BadPolicyFile as error:
            self.form.show(error.problems, self.key)
            return self.shown()
        except StaleState as error:
            return self._stale(error, document)
        except DomainError as error:
            self.form.add_error(None, error.message)
            return self.shown()
        if only_look:
            return self.shown(document)
        messages.success(self.request, "Written into the draft. A review of the earlier text is void.")
        return redirect("console:policy_edit", self.version.pk)

    def _changed(self) -> Content:
        entry = self.form.entry
        changed = put_entry(self.content, self.section, self.key, entry)
        for language in self.languages:
            changed = put_words(changed, entry["code"], language, self.form.words(language))
        return changed

    def remove(self) -> HttpResponse:
        """Take the entry out of the draft; what still refers to it is named."""
        if self.section == HEADER or not self.key:
            raise Http404
        try:
            self._write(remove_entry(self.content, self.section, self.key))
        except BadPolicyFile as error:
            for problem in error.problems:
                messages.error(self.request, f"{problem.field}: {problem.message} {problem.mend}")
            return self.shown()
        except DomainError as error:
            messages.error(self.request, error.message)
        else:
            messages.success(self.request, "Taken out of the draft.")
        return redirect("console:policy_edit", self.version.pk)

    def _write(self, changed: Content) -> None:
        save_draft(
            version=self.version,
            base=self.request.POST.get("digest", ""),
            content=changed,
            actor=staff_actor(self.request),
            now=clock.now(),
            section=self.section,
            entry=self.key or str(self.form.cleaned_data.get("code", "")),
        )

    def _stale(self, error: StaleState, mine: PolicyDocument) -> HttpResponse:
        """Two people wrote. Hers stays in the form, with what differs from the draft as it is now."""
        fresh = version_or_404(self.version.pk)
        self.version, self.content = fresh, as_plain(document_of(fresh))
        data = self.request.POST.copy()
        data["digest"] = fresh.digest
        self.form.data = data
        theirs: list[Difference] = []
        with contextlib.suppress(BadPolicyFile):  # then the next attempt says what is wrong
            mine = checked_document(self._changed())
            theirs = differences(document_of(fresh), mine, for_staff=True)
        return self.shown(mine, stale=error.message, theirs=theirs, status=error.http_status)

    def shown(self, document: PolicyDocument | None = None, *, status: int = 200, **more: Any) -> HttpResponse:
        """The page, with a preview and the difference to the version in force."""
        code = self.key or str(self.form.data.get("code", ""))
        whole = document or document_of(self.version)
        context = {
            "version": self.version,
            "section": self.section,
            "key": self.key,
            "form": self.form,
            "title_of_section": "The policy" if self.section == HEADER else SECTIONS[self.section][1],
            "is_purpose": self.section == "purposes",
            "previews": self._previews(whole, code),
            "findings": self._findings(whole, code),
            "differs": self._differs(whole, code),
            "is_look": document is not None,
            **more,
        }
        name = _name(self.entry) or ("The policy" if self.section == HEADER else "A new entry")
        return show(self.request, "entry.html", name, status=status, **context)

    def _previews(self, document: PolicyDocument, code: str) -> list[tuple[str, str, str]]:
        if not any(each.code == code for each in document.purposes) or self.section != "purposes":
            return []
        pk = self.version.pk
        return [
            (language, preview_of(document, code, language), link_to_page(pk, code, language))
            for language in self.languages
        ]

    def _findings(self, document: PolicyDocument, code: str) -> list[Finding]:
        if self.section == HEADER:
            return []
        return [each for each in lint(document) if code and code in each.where.split(".")]

    def _differs(self, document: PolicyDocument, code: str) -> list[Difference]:
        """Against the version in force: this entry, its notices and its translations, word by word."""
        before = version_before(self.version.effective_on)
        if before is None:
            return []
        old = document_of(before)
        return [each for each in differences(old, document, for_staff=True) if each.name == code] if code else []
