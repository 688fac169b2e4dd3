"""The page on which a signed-in person deletes their own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.current import signed_in_user
from dsr.own_deletion.blockers import WORDS
from dsr.own_deletion.services import WAITS, look_at_deletion, schedule_deletion, scheduled_of
from dsr.selectors import buckets
from dsr.services.ending import withdraw_subject_request
from privacy.console.decorators import recently_authenticated
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError
from privacy.kernel.languages import speaks


@speaks
@never_cache
@login_required
@recently_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """See what goes and what stays; a POST schedules it in seven days, or undoes that."""
    user, now = signed_in_user(request), clock.now()
    actor = Actor.subject(user.subject_id, via="account")
    scheduled = scheduled_of(user)
    if request.method == "POST":
        try:
            if request.POST.get("act") == "undo" and scheduled:
                withdraw_subject_request(subject_request=scheduled.subject_request, actor=actor, now=now)
                messages.success(request, _("Your account stays. Nothing was deleted."))
            elif request.POST.get("act") == "delete" and request.POST.get("sure") == "yes":
                language = str(getattr(request, "LANGUAGE_CODE", "en"))[:2]
                schedule_deletion(user=user, language=language, actor=actor, now=now)
                messages.success(request, _("Your account will be deleted in seven days. You can undo it until then."))
            else:
                messages.error(request, _("Tick the box to say that you are sure."))
        except DomainError as error:
            messages.error(request, _(error.message))
        return redirect("delete_account")
    preview, why = (None, "") if scheduled else look_at_deletion(user, now)
    context = {
        "scheduled": scheduled,
        "why": _(WORDS[why]) if why else "",
        "buckets": [each for each in buckets(preview.summary()) if each.lines and each.code != "nothing"]
        if preview
        else [],
        "days": WAITS.days,
    }
    return render(request, "dsr/delete_account.html", context)
