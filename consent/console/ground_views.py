"""The page of a compelling ground: legal staff record why a use goes on against an objection, and end it again."""

import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from consent.console.views import OVERRULE, check_may_look, show
from consent.models import CompellingGround, Preference
from consent.overruling import LONGEST_WORDS, end_ground, overrulable_purposes, overrule_objection
from consent.vocabulary import Ground, Status
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set


class GroundForm(forms.Form):
    """Which ground, and why it outweighs what the person said."""

    ground = forms.ChoiceField(label="Ground", choices=Ground.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Why it outweighs this person’s objection",
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="For this person and this use, not in general. It is part of their data, and their preferences page "
        "says that you have told them the reason: do tell them.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def ground(request: HttpRequest, pk: uuid.UUID, purpose: str) -> HttpResponse:
    """Record a ground against an objection that stands, or end the one in force. None exists for direct marketing."""
    check_may_look(request)
    if not request.user.has_perm(OVERRULE):
        raise PermissionDenied
    now = clock.now()
    if purpose not in overrulable_purposes(now) or not Subject.objects.filter(pk=pk).exists():
        raise Http404
    act = request.POST.get("act", "")
    form = GroundForm(request.POST if act == "record" else None)
    if request.method == "POST":
        try:
            if act == "end":
                end_ground(subject_id=pk, purpose_code=purpose, actor=staff_actor(request), now=now)
                messages.success(request, "Ended. The objection stands again.")
                return redirect("console:consent_person", pk)
            if act != "record":
                raise PermissionDenied
            if form.is_valid():
                overrule_objection(
                    subject_id=pk, purpose_code=purpose, **form.cleaned_data, actor=staff_actor(request), now=now
                )
                messages.success(request, "Recorded. The use is allowed until you end it or the person objects anew.")
                return redirect("console:consent_person", pk)
        except DomainError as error:
            if error.field in form.fields:
                form.add_error(error.field, error.message)
            else:
                messages.error(request, error.message)
    members = alias_set(pk)
    standing = Preference.objects.filter(subject_id__in=members, purpose=purpose)
    objections = [one for one in standing if one.status == Status.OBJECTED]
    rows = list(CompellingGround.objects.filter(subject_id__in=members, purpose=purpose).order_by("-recorded_at"))
    return show(
        request,
        "ground.html",
        f"Compelling ground: {purpose}",
        form=form,
        subject_id=pk,
        purpose=purpose,
        objected_at=min((one.changed_at for one in objections), default=None),
        in_force=any(one.status == Status.OVERRULED for one in standing),
        rows=rows,
    )
