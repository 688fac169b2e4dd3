"""RFC 8058: a POST unsubscribes without cookie, session, form token or redirect; a GET shows one button.

The middleware stands first and answers these addresses itself, so that no other middleware and no setting can
put a redirect, a sign-in or a cookie in the way. A check fails where it does not stand first.
"""

import re
from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from consent.links import EVERYTHING, UnsubscribeLink, make_unsubscribe_token, open_unsubscribe_token
from consent.mailing.opting_out import stop_mail, topic
from consent.services import How
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import MAIN
from privacy.policy.board import is_on
from privacy.policy.texts import texts_of
from privacy.policy.vocabulary import Switch

PATH = re.compile(r"^/unsubscribe/([^/]+)/?$")
NAME = f"{__name__}.OneClick"
NextHandler = Callable[[HttpRequest], HttpResponseBase]


class OneClick:
    """First in MIDDLEWARE."""

    def __init__(self, get_response: NextHandler) -> None:
        self.get_response = get_response
        middleware = (SecurityMiddleware, CSPMiddleware, XFrameOptionsMiddleware)
        self.finish: list[Any] = [each(_nobody) for each in middleware]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = PATH.match(request.path_info)
        if not found:
            return self.get_response(request)
        language = translation.get_language_from_request(request)  # of this request alone
        with translation.override(language):
            request.LANGUAGE_CODE = language  # as LocaleMiddleware does
            response = unsubscribe(request, found.group(1))
        for middleware in self.finish:  # the headers of every page; nothing that looks at the request
            response = middleware.process_response(request, response)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.cookies.clear()
        return response


def _nobody(request: HttpRequest) -> HttpResponseBase:
    raise NotImplementedError  # the headers are set without asking further


def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The page, or the act. Repeating it is the same as doing it once."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    try:
        link = open_unsubscribe_token(token)
    except NotFound:
        answer = render(request, "consent/unsubscribe/none.html", status=404)
    else:
        answer = _answer(request, link)
    add_never_cache_headers(answer)
    return answer


def _answer(request: HttpRequest, link: UnsubscribeLink) -> HttpResponse:
    request.speaks = True  # type: ignore[attr-defined]  # the page is translated, and can be had in each language
    is_all = link.purpose == EVERYTHING
    terms = None if is_all else topic(link.purpose)
    is_gone = not is_all and terms is None
    can_stop = is_on("consent.unsubscribe") and not (terms and terms.switch is Switch.LOCKED)
    is_done = is_gone
    if request.method == "POST" and can_stop:
        _stop(request, link)
        is_done = True
    everything = make_unsubscribe_token(link.subject_id, EVERYTHING, link.mail_id)
    words = texts_of(terms.version, _language()).purposes[terms.code] if terms else None
    context = {
        "label": words.label if words else "",
        "summary": words.summary if words else "",
        "is_all": is_all,
        "is_done": is_done,
        "can_stop": can_stop,
        "everything": "" if is_all else reverse("unsubscribe", args=[everything]),
    }
    return render(request, "consent/unsubscribe/page.html", context)


def _stop(request: HttpRequest, link: UnsubscribeLink) -> None:
    door = Door.ONE_CLICK if _is_by_mail_program(request) else Door.LINK
    stop_mail(
        subject_id=link.subject_id,
        purpose_code=link.purpose,
        how=How(door, language=_language(), source_kind="mail", source_id=link.mail_id, token_id=link.token_id),
        actor=Actor.subject(link.subject_id, via="one_click" if door is Door.ONE_CLICK else "unsubscribe_page"),
        now=clock.now(),
    )


def _language() -> str:
    """The language that this page is written in: the text shown and recorded is in it too."""
    return translation.get_language() or MAIN


def _is_by_mail_program(request: HttpRequest) -> bool:
    """RFC 8058 3.2: the body says so, in either encoding. One that cannot be read unsubscribes all the same."""
    try:
        return request.POST.get("List-Unsubscribe") == "One-Click"
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, ValueError):
        return False


@register()
def one_click_stands_first(**_: Any) -> list[CheckMessage]:
    """What stands before it could redirect a mail program, which does not follow."""
    if settings.MIDDLEWARE[:1] == [NAME]:
        return []
    return [Error("One-click unsubscribing is behind other middleware.", hint=f"Put {NAME} first.", id="kept.E020")]
