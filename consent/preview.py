"""The preferences page of a draft, for who writes and reviews it: the same page, and nothing on it can be pressed."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consent.page import sheet_for
from consent.visitors import Visitor
from consent.vocabulary import Door
from consent.writing import How
from privacy.console.decorators import staff_required
from privacy.kernel import clock
from privacy.kernel.languages import known
from privacy.policy.models import PolicyVersion


@never_cache
@require_safe
@staff_required("policy.publish_policy", "dsr.work_subject_request")
def preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every purpose as somebody who has not chosen would see it, in the language asked for."""
    version = PolicyVersion.objects.filter(pk=pk).first()
    if version is None:
        raise Http404
    language = request.GET.get("language", "") or version.language
    with translation.override(known(language)):
        sheet = sheet_for((), language=language, now=clock.now(), draft=version)
        visitor = Visitor(How(Door.SIGNED_IN, language=language), request.path)
        return render(request, "consent/preview.html", {"version": version, "sheet": sheet, "visitor": visitor})
