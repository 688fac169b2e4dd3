"""In which language a page answers: the one that the reader chose, else one that the browser asks for.

No address carries a language, so no page redirects to another for it. The choice is kept in a cookie that this
server sets, only when somebody chooses; it says nothing else.
"""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.views import defaults
from django.views.csrf import csrf_failure
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from privacy.kernel.languages import MAIN

SIGN_IN = ("allauth.", "accounts.views")  # the pages of the account: every view there is for people


class ReadersLanguage(LocaleMiddleware):
    """After sessions. Pages that are translated answer in the reader's language, all others in English; no
    language outlives its request in this thread."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(MAIN):
            return cast(HttpResponseBase, super().__call__(request))  # this server is not asynchronous

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.readers_language = translation.get_language()  # type: ignore[attr-defined]  # a mark of our own

    def process_view(self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any) -> None:
        if getattr(view, "speaks", False) or getattr(view, "__module__", "").startswith(SIGN_IN):
            request.speaks = True  # type: ignore[attr-defined]  # a mark of our own
            return
        translation.activate(MAIN)
        request.LANGUAGE_CODE = MAIN


@csrf_exempt  # it can do nothing but choose a language, and pages that must set no cookie have the form too
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember a language and go back to where the reader was."""
    return set_language(request)


def _in_the_readers_language(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = getattr(request, "readers_language", MAIN)
        with translation.override(language):
            return page(request, *args, **kwargs)

    return answer


bad_request = _in_the_readers_language(defaults.bad_request)
not_allowed = _in_the_readers_language(defaults.permission_denied)
not_found = _in_the_readers_language(defaults.page_not_found)
broken = _in_the_readers_language(defaults.server_error)
form_not_ours = _in_the_readers_language(csrf_failure)
