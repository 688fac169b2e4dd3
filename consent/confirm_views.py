"""The page behind a confirmation mail: a GET shows what was chosen, only the button confirms it."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consent.double_opt_in import Wish, chosen, confirm, open_wish, send_again
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.identifiers import mask_email
from privacy.policy.selectors import current_version, notices


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_grant(request: HttpRequest, token: str) -> HttpResponse:
    """Fresh: the button grants. Older than ten minutes: it mails a fresh link. Scanners press nothing."""
    now = clock.now()
    try:
        wish = open_wish(token, now=now)
        terms = chosen(wish.purpose_codes)
    except NotFound:
        return render(request, "consent/confirm/dead.html", status=404)
    if not terms:
        return render(request, "consent/confirm/dead.html", status=404)
    if request.method == "POST":
        return _act(request, wish, now)
    texts = notices(wish.how.language, current_version())
    context = {
        "lines": [(row, texts[row.code]) for row in terms],
        "masked": mask_email(wish.email),
        "is_fresh": wish.is_fresh(now),
    }
    return render(request, "consent/confirm/ask.html", context)


def _act(request: HttpRequest, wish: Wish, now: dt.datetime) -> HttpResponse:
    if not wish.is_fresh(now):
        send_again(wish=wish, now=now)
        return render(request, "consent/confirm/sent.html")
    try:
        confirm(wish=wish, now=now)
    except DomainError as error:
        return render(request, "consent/confirm/dead.html", {"why": error.message}, status=error.http_status)
    return render(request, "consent/confirm/done.html", {"lines": chosen(wish.purpose_codes)})
