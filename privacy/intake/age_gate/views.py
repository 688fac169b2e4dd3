"""The page that a site links to before it asks for anything: when were you born?"""

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from privacy.intake.age_gate.forms import BirthForm
from privacy.intake.age_gate.services import is_old_enough, make_proof
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput, NotFound
from privacy.kernel.languages import speaks
from privacy.policy.board import is_on
from privacy.policy.selectors import sites

MARKER = "age_gate"
BLOCKED_S = 24 * 3600


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def age_gate(request: HttpRequest) -> HttpResponse:
    """Ask, once in a session. Whoever is too young leaves nothing but a mark in the session that says so."""
    now = clock.now()
    if _is_blocked(request, now):
        return render(request, "intake/too_young.html")
    form = BirthForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            old_enough = is_old_enough(
                born_on=form.cleaned_data["born_on"], country=form.cleaned_data["country"], now=now
            )
        except InvalidInput as error:
            form.add_error("day", gettext(error.message))
        else:
            return _answer(request, now, old_enough=old_enough)
    status = 400 if request.method == "POST" else 200
    return render(request, "intake/age_gate.html", {"form": form}, status=status)


def _answer(request: HttpRequest, now: dt.datetime, *, old_enough: bool) -> HttpResponse:
    if old_enough:
        return render(request, "intake/old_enough.html", {"back": _way_back(request, now)})
    request.session[MARKER] = int(now.timestamp()) + BLOCKED_S
    if not request.user.is_authenticated:
        request.session.set_expiry(BLOCKED_S)
    return render(request, "intake/too_young.html")


def _is_blocked(request: HttpRequest, now: dt.datetime) -> bool:
    return request.session.get(MARKER, 0) > now.timestamp() and is_on("intake.age_gate")


def _way_back(request: HttpRequest, now: dt.datetime) -> str:
    """Where the site wants its visitor, with the proof; empty where no site of the policy asked.

    The host is the policy's and never the address's, so that nobody can make us send people elsewhere.
    """
    try:
        hosts = {row.public_key: row.host for row in sites()}
    except NotFound:
        return ""
    host = hosts.get(request.GET.get("site", ""))
    path = request.GET.get("next", "/")
    if host is None:
        return ""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "#" not in path
    path = path if is_path else "/"
    return f"https://{host}{path}{'&' if '?' in path else '?'}{urlencode({'age_proof': make_proof(now)})}"
