"""The public doors: file, look into the mailbox, confirm, ask for the links again."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import proved_just_now, signed_in_user
from accounts.limits import is_over_limit
from dsr.correspondence.models import Filing
from dsr.forms import EmailForm, PublicForm, RightsForm, add_domain_error
from dsr.rights import RIGHTS
from dsr.services.filings import Wish, keep_filing
from dsr.services.intake import confirm_subject_request, file_from_account, resend
from dsr.services.links import DeadLink, read_link
from dsr.states import Channel
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, Actor
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.languages import speaks


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """File a request, with or without an account. Without one, every address gets the same answer."""
    is_known = request.user.is_authenticated
    kind = RightsForm if is_known else PublicForm
    if request.method != "POST":
        asked = [code for code in request.GET.getlist("right") if code in RIGHTS]  # a link may tick a box
        return render(request, "dsr/new.html", {"form": kind(initial={"rights": asked})})
    if is_over_limit(request, "new"):
        return render(request, "kept/too_many.html", status=429)
    form = kind(request.POST)
    if form.is_valid():
        try:
            return _file_own(request, form.cleaned_data) if is_known else _file(request, form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
    return render(request, "dsr/new.html", {"form": form}, status=400)


def _file(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    filing = Filing(channel=Channel.WEB, at=clock.now(), is_demo=settings.KEPT_DEMO)
    keep_filing(filing, wish=Wish(**values, language=_language(request)), actor=ANONYMOUS)
    return redirect("request_sent")


def _file_own(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    user = signed_in_user(request)
    case = file_from_account(
        user=user,
        **values,
        language=_language(request),
        is_fresh=proved_just_now(request),
        actor=Actor.subject(user.subject_id, via="account"),
        now=clock.now(),
    )
    messages.success(
        request,
        _("We have your request %(reference)s. Nothing more to do for you.") % {"reference": case.reference},
    )
    return redirect("request_own", case.pk)


@speaks
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The same page for everybody."""
    return render(request, "dsr/sent.html")


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """Mail the links of an address again. It makes no request, and answers everybody alike."""
    if request.method != "POST":
        return render(request, "dsr/resend.html", {"form": EmailForm()})
    if is_over_limit(request, "resend"):
        return render(request, "kept/too_many.html", status=429)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return render(request, "dsr/resend.html", {"form": form}, status=400)
    resend(email=form.cleaned_data["email"], language=_language(request), now=clock.now(), is_demo=settings.KEPT_DEMO)
    return redirect("request_sent")


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A GET, by a person or a scanner of links, shows a button and changes nothing; the POST confirms."""
    now = clock.now()
    try:
        if request.method == "POST":
            done = confirm_subject_request(token=token, actor=ANONYMOUS, now=now)
            messages.success(request, _("Your address is confirmed. Our privacy team has your request."))
            return redirect("request_status", done.status_token)
        link = read_link(kind="confirm", token=token, now=now)
    except (DeadLink, NotFound) as error:
        return dead_link(request, error)
    return render(request, "dsr/confirm.html", {"reference": link.subject_request.reference})


def dead_link(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Why a link does not work, and how to get one that does."""
    return render(request, "dsr/dead_link.html", {"why": error}, status=error.http_status)


def _language(request: HttpRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "en"))[:2]
