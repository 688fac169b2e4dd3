"""The same question as a page, for browsers without script: each site links to it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.limits import is_over_limit
from consent.banner.pseudonym import give_cookie, make_pseudonym, pseudonym_of
from consent.banner.services import by_banner, choose_by_banner, text_mark
from consent.banner.sites import Asking, site_of_key
from consent.banner.state import banner_state
from consent.banner.views import MOST_POSTS
from consent.banner.words import WORDS, language_of
from consent.page_words import ERRORS
from consent.regions import region_of
from consent.signals.heeding import heed
from consent.signals.reading import signals_of
from consent.signals.services import Sent
from privacy.kernel import clock
from privacy.kernel.errors import InvalidInput


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, key: str) -> HttpResponse:
    """What this browser allows on the sites of the company; a POST answers and gives it its cookie."""
    try:
        site = site_of_key(key)
    except InvalidInput:
        raise Http404 from None
    language = language_of(request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))
    if request.method == "POST":
        return _choose(request, site, language)
    state = banner_state(
        pseudonym_of(request), signals_of(request), language=language, region=region_of(request), now=clock.now()
    )
    off = [one.code for one in state.purposes if set(one.denied_by) & set(state.signals)]
    context = {"site": site, "state": state, "off": off, "words": WORDS[language], "language": language}
    context["mark"] = text_mark(state, language)
    return render(request, "consent/choices.html", context)


def _choose(request: HttpRequest, site: Asking, language: str) -> HttpResponse:
    if is_over_limit(request, "banner", MOST_POSTS):
        return render(request, "kept/too_many.html", status=429)
    word, subject_id = make_pseudonym(request)
    signals, region, now = signals_of(request), region_of(request), clock.now()
    heed(subject_id, signals, Sent(site=site.slug, region=region))
    state = banner_state(subject_id, signals, language=language, region=region, now=now)
    every = {"all": list(state.allowed()), "none": []}
    allow = every.get(request.POST.get("choice", ""), request.POST.getlist("allow"))
    how = by_banner(state, site=site.slug, language=language, region=region)
    mark = request.POST.get("text", "")
    if choose_by_banner(subject_id=subject_id, state=state, allow=allow, how=how, now=now, mark=mark):
        with translation.override(language):
            messages.error(request, str(ERRORS["other_text"]))
    else:
        messages.success(request, WORDS[language]["saved"])
    answer = redirect(request.get_full_path())
    give_cookie(answer, word)
    return answer
