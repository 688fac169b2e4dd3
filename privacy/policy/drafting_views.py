"""Pages around a draft in the console: start one, read the lint, review it, take its file out and in."""

import datetime as dt
import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotAllowed
from privacy.policy.console_pages import changes_since, may_look, show, version_or_404, version_to_change
from privacy.policy.drafting import import_draft, review_draft, send_back, start_draft
from privacy.policy.lint import RULES
from privacy.policy.loading import LARGEST_FILE, BadPolicyFile
from privacy.policy.report import report_on
from privacy.policy.selectors import document_of, today

EDIT = "console:policy_edit"


class StartForm(forms.Form):
    """From when on the new version is to be in force."""

    effective_on = forms.DateField(
        label="In force from",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Later than every published version. It can be changed until the version is published.",
    )


class ImportForm(forms.Form):
    """A file to take in."""

    digest = forms.CharField(widget=forms.HiddenInput)
    file = forms.FileField(label="Policy file", help_text="The YAML file, such as you took out here.")


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Start a draft from the newest published version."""
    _require_publisher(request)
    form = StartForm(request.POST or None, initial={"effective_on": today() + dt.timedelta(days=30)})
    if request.method == "POST" and form.is_valid():
        try:
            version = start_draft(
                effective_on=form.cleaned_data["effective_on"], actor=staff_actor(request), now=clock.now()
            )
        except DomainError as error:
            form.add_error("effective_on", error.message)
        else:
            messages.success(request, "The draft says what the newest version says. Change what is to be another.")
            return redirect(EDIT, version.pk)
    return show(request, "start.html", "Start a draft", form=form)


@require_safe
def lint_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the lint says about a version, with every rule that it knows."""
    if not may_look(request):
        raise PermissionDenied
    version = version_or_404(pk)
    report = report_on(version, document_of(version))
    return show(request, "lint.html", f"Lint of {version}", version=version, report=report, rules=RULES.values())


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def review(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read everything that a draft changes, as a second person; approve this very text or send it back."""
    version = version_to_change(request, pk)
    if version.is_published:
        return redirect("console:policy_policyversion_change", version.pk)
    note = ""
    if request.method == "POST":
        digest, note = request.POST.get("digest", ""), request.POST.get("note", "")
        actor, now = staff_actor(request), clock.now()
        try:
            if request.POST.get("decision") == "approve":
                review_draft(version=version, digest=digest, actor=actor, now=now)
                messages.success(request, "Reviewed. This very text can be published now; any change voids the review.")
            else:
                send_back(version=version, digest=digest, note=note, actor=actor, now=now)
                messages.success(request, "Sent back. Whoever edits the draft reads your note.")
        except DomainError as error:
            messages.error(request, error.message.partition("\n")[0])
        else:
            return redirect("console:policy_policyversion_change", version.pk)
        version = version_to_change(request, pk)
    return show(
        request,
        "review.html",
        f"Review the draft of {version.effective_on}",
        version=version,
        report=report_on(version, document_of(version)),
        is_own=version.edited_by == request.user.pk,
        note=note,
        **changes_since(version),
    )


@require_safe
def file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The file of a version, to keep, to compare or to edit elsewhere."""
    if not may_look(request):
        raise PermissionDenied
    version = version_or_404(pk)
    answer = HttpResponse(version.source, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="policy-{version.effective_on}.yaml"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a file in as the whole text of a draft."""
    version = version_to_change(request, pk)
    form = ImportForm(request.POST or None, request.FILES or None, initial={"digest": version.digest})
    problems = []
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["file"].read(LARGEST_FILE + 1).decode()
            import_draft(
                version=version,
                base=form.cleaned_data["digest"],
                text=text,
                actor=staff_actor(request),
                now=clock.now(),
            )
        except UnicodeDecodeError:
            form.add_error("file", "Give a UTF-8 text file.")
        except BadPolicyFile as error:
            problems = error.problems
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The draft says what the file says.")
            return redirect(EDIT, version.pk)
    return show(request, "import.html", f"Take a file in for {version}", version=version, form=form, problems=problems)


def _require_publisher(request: HttpRequest) -> None:
    if not request.user.has_perm("policy.publish_policy"):
        raise PermissionDenied(NotAllowed.code)
