"""The page behind a confirmation mail: a GET shows what was chosen, only the button confirms it."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consent.double_opt_in import Wish, chosen, confirm, open_wish, send_again
from consent.page_words import error_words
from consent.wording import wordings_of
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, NotFound
from privacy.kernel.identifiers import mask_email
from privacy.kernel.languages import speaks
from privacy.policy.selectors import current_version
from privacy.policy.texts import PurposeTexts, texts_of


@speaks
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
    is_other_text = request.method == "POST" and request.POST.get("text", "") not in {"", _mark(wish)}
    if request.method == "POST" and not is_other_text:
        return _act(request, wish, now)
    context = {
        "lines": _texts(wish),
        "masked": mask_email(wish.email),
        "is_fresh": wish.is_fresh(now),
        "mark": _mark(wish),
        "is_other_text": is_other_text,
    }
    return render(request, "consent/confirm/ask.html", context, status=409 if is_other_text else 200)


def _act(request: HttpRequest, wish: Wish, now: dt.datetime) -> HttpResponse:
    if not wish.is_fresh(now):
        send_again(wish=wish, now=now)
        return render(request, "consent/confirm/sent.html")
    try:
        confirm(wish=wish, now=now)
    except DomainError as error:
        return render(request, "consent/confirm/dead.html", {"why": error_words(error)}, status=error.http_status)
    return render(request, "consent/confirm/done.html", {"lines": _texts(wish)})


def _mark(wish: Wish) -> str:
    """Names the texts of the page: a yes to others than are in force now is asked for again."""
    wordings = wordings_of(current_version().pk)
    return ".".join(wordings[row.code].mark(wish.how.language) for row in chosen(wish.purpose_codes))


def _texts(wish: Wish) -> list[PurposeTexts]:
    """In the language in which the person was asked: the notice shown is the one that goes on record."""
    texts = texts_of(current_version(), wish.how.language).purposes
    return [texts[row.code] for row in chosen(wish.purpose_codes)]
