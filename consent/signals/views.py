"""The status of the browser's signals, the person's answer to a conflict, and what machines ask about GPC."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from consent.banner.pseudonym import pseudonym_of
from consent.regions import region_of
from consent.services import How
from consent.signals.page import signal_status
from consent.signals.reading import signals_of
from consent.signals.services import allow_anyway, keep_opted_out
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.languages import MAIN, speaks
from privacy.personal_data.selectors import alias_set
from privacy.policy.selectors import current_version, document_of, has_policy
from privacy.policy.texts import texts_of
from privacy.policy.vocabulary import Treatment

GPC_CACHE_S = 3600


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def signals(request: HttpRequest) -> HttpResponse:
    """What this browser sends, what we do about it, and the choices that it contradicts."""
    if not has_policy():
        return render(request, "consent/no_policy.html")
    if request.method == "POST":
        return _answer(request)
    user = request.user if isinstance(request.user, User) else None
    subject_id = user.subject_id if user else pseudonym_of(request)
    language = get_language() or MAIN
    status = signal_status(alias_set(subject_id) if subject_id else (), signals_of(request), language=language)
    return render(request, "consent/signals.html", {"signals": status, "is_known": subject_id is not None})


def _answer(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect("account_login")
    subject_id, code = request.user.subject_id, request.POST.get("purpose", "")
    how = How(Door.SIGNED_IN, language=get_language() or MAIN, region=region_of(request))
    actor, now = Actor.subject(subject_id, via=Door.SIGNED_IN.value), clock.now()
    choice = request.POST.get("choice", "")
    try:
        if choice == "anyway":
            allow_anyway(subject_id=subject_id, purpose_code=code, how=how, actor=actor, now=now)
            done = gettext("%(purpose)s: allowed from now on, although your browser asks us not to.")
        elif choice == "keep":
            keep_opted_out(subject_id=subject_id, purpose_code=code, how=how, actor=actor, now=now)
            done = gettext("%(purpose)s: you stay opted out.")
        else:
            raise InvalidInput("Choose to stay opted out, or to allow it anyway.", field="choice")
    except DomainError as error:
        messages.error(request, error.message)
    else:
        label = str(texts_of(current_version(), how.language).purposes[code].label)
        messages.success(request, done % {"purpose": label})
    return redirect("signals")


@require_safe
def gpc_support(_request: HttpRequest) -> JsonResponse:
    """The GPC support resource: true exactly where the policy in force honors the signal."""
    try:
        version = current_version()
    except NotFound:
        raise Http404 from None
    is_honored = document_of(version).treatment_of("gpc") == Treatment.HONORED
    answer = JsonResponse({"gpc": is_honored, "lastUpdate": version.effective_on.isoformat()})
    answer["Cache-Control"] = f"public, max-age={GPC_CACHE_S}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
