"""Doors of the demo: enter a role, switch it, read the captured mail."""

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from consent.banner.sites import sites_by_key
from consent.banner.words import WORDS, language_of
from privacy.pages.demo.cast import ROLES
from privacy.pages.demo.entering import role_of_link, sign_in, use_link
from privacy.pages.demo.guard import demo_only
from privacy.pages.demo.mailbox import newest_mail


@never_cache
@demo_only
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """A printed link: the GET shows a button, the POST enters and uses the link up."""
    role = use_link(token) if request.method == "POST" else role_of_link(token)
    if role is None:
        return render(request, "pages/demo/dead_link.html", status=410)
    if request.method != "POST":
        return render(request, "pages/demo/enter.html", {"role": role})
    try:
        return sign_in(request, role, then=role.first_page)
    except User.DoesNotExist:  # erased since the link was printed
        return render(request, "pages/demo/dead_link.html", status=410)


@demo_only
@require_POST
def become(request: HttpRequest, key: str) -> HttpResponse:
    """Switch the role with one click; `visitor` is somebody without an account."""
    then = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(then, allowed_hosts=None):
        then = ""
    if key == "visitor":
        logout(request)
        return redirect(then or "/")
    if key not in ROLES:
        raise Http404
    try:
        return sign_in(request, ROLES[key], then=then or ROLES[key].first_page)
    except User.DoesNotExist:
        raise Http404 from None


@never_cache
@demo_only
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Every mail that the demo would have sent."""
    return render(request, "pages/demo/mail.html", {"mails": newest_mail()})


@never_cache
@demo_only
@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """A page that stands for a site of the company and embeds the banner."""
    key = next(iter(sites_by_key()), "")
    language = language_of(request.GET.get("lang", ""), "")
    return render(request, "pages/demo/site.html", {"key": key, "language": language, "languages": list(WORDS)})
