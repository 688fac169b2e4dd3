"""Doors for the sites: the script, the choice, the tracking decision. Open to the policy's own sites only.

They are called across origins of one company, with the browser's cookie. The origin that the browser vouches for
is the proof that the page is the site's own; no token travels, because a static page has none.
"""

import datetime as dt
import functools
import hashlib
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.limits import is_over_limit
from consent.banner.consent_mode import consent_mode
from consent.banner.pseudonym import give_cookie, make_pseudonym, pseudonym_of
from consent.banner.script import banner_script, packed
from consent.banner.services import by_banner, choose_by_banner
from consent.banner.sites import Asking, check_origin, site_of_key
from consent.banner.state import BannerState, banner_state
from consent.banner.words import language_of
from consent.regions import region_of
from consent.signals.heeding import heed
from consent.signals.reading import HEADERS, signals_of, told
from consent.signals.services import Sent
from privacy.intake.visitor_events.services import note_visitor_event
from privacy.kernel import clock
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.policy.board import is_on

MOST_POSTS = 600  # in an hour from one network: an office behind one address
VARY = ("Cookie", "Origin", "Accept-Language", *HEADERS.values())
CHOICES = frozenset({"some", "signal"})


def for_sites(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open a view to pages of the site whose key it is given, with the browser's cookie."""

    @csrf_exempt
    @functools.wraps(view)
    def opened(request: HttpRequest) -> HttpResponseBase:
        origin = ""
        try:
            site = site_of_key((request.POST if request.method == "POST" else request.GET).get("site", ""))
            origin = check_origin(request, site)
            answer = view(request, site)
        except DomainError as error:
            answer = JsonResponse(
                {"error": error.message, "field": error.field, "code": error.code}, status=error.http_status
            )
        if origin:
            answer["Access-Control-Allow-Origin"] = origin
            answer["Access-Control-Allow-Credentials"] = "true"
        answer["Cache-Control"] = "no-store"
        patch_vary_headers(answer, VARY)
        return answer

    return opened


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The banner for this browser on this site: one request, nothing stored, no cookie."""
    try:
        site = site_of_key(request.GET.get("site", ""))
    except InvalidInput as error:
        return HttpResponse(f"// {error.message}\n", status=404, content_type="text/javascript; charset=utf-8")
    language = language_of(request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))
    subject_id = pseudonym_of(request)
    state = banner_state(subject_id, signals_of(request), language=language, region=region_of(request), now=clock.now())
    mode = consent_mode() if request.GET.get("gcm") == "1" else None
    body = banner_script(site, state, language=language, is_known=subject_id is not None, consent_mode=mode)
    return _as_script(request, body)


def _as_script(request: HttpRequest, body: bytes) -> HttpResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    answer = HttpResponse(content_type="text/javascript; charset=utf-8")
    if request.headers.get("If-None-Match") == etag:
        answer.status_code = 304
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.content, answer["Content-Encoding"] = packed(body), "gzip"
    else:
        answer.content = body
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_vary_headers(answer, ("Accept-Encoding", *VARY))
    return answer


@for_sites
@require_POST
def choice(request: HttpRequest, site: Asking) -> HttpResponse:
    """Take the answer of a browser, and give it its cookie. A signal alone makes nobody known."""
    kind = request.POST.get("choice", "")
    if kind not in CHOICES:
        raise InvalidInput("Choose “some”, or tell a “signal”.", field="choice")
    if is_over_limit(request, "banner", MOST_POSTS):
        return JsonResponse({"error": "Too many at once.", "field": "", "code": "too_many"}, status=429)
    language = language_of(request.POST.get("lang", ""), "")
    word, subject_id = "", pseudonym_of(request)
    if kind == "some":
        word, subject_id = make_pseudonym(request)
    region, signals = region_of(request), _signals(request)
    if subject_id is None:
        return JsonResponse({"state": {}, "signals": sorted(signals)})
    heed(subject_id, signals, Sent(by="script", site=site.slug, region=region))
    state = banner_state(subject_id, signals, language=language, region=region, now=clock.now())
    if kind == "some":
        allow = request.POST.get("allow", "").split(",")
        how = by_banner(state, site=site.slug, language=language, region=region)
        mark = request.POST.get("text", "")
        choose_by_banner(subject_id=subject_id, state=state, allow=allow, how=how, now=clock.now(), mark=mark)
        state = banner_state(subject_id, signals, language=language, region=region, now=clock.now())
    answer = _state(state)
    if word:
        give_cookie(answer, word)
    return answer


@for_sites
@require_http_methods(["GET"])
def decision(request: HttpRequest, _site: Asking) -> HttpResponse:
    """May this browser be tracked, and for what? For the pages and tags of a site."""
    subject_id = pseudonym_of(request)
    signals = signals_of(request) | told(request.GET.get("signals", "").split(","))
    return _state(banner_state(subject_id, signals, language="en", region=region_of(request), now=clock.now()))


def _signals(request: HttpRequest) -> frozenset[str]:
    """What the headers say, and what only a script could read."""
    return signals_of(request) | told(request.POST.get("signals", "").split(","))


def _state(state: BannerState) -> JsonResponse:
    return JsonResponse({"state": state.allowed(), "signals": list(state.signals)})


@for_sites
@require_POST
def event(request: HttpRequest, site: Asking) -> HttpResponse:
    """Something happened on a site. One answer for all: kept where this browser allows it now, else forgotten."""
    subject_id = pseudonym_of(request)
    purpose, signals, now = request.POST.get("purpose", ""), _signals(request), clock.now()
    if subject_id is not None and not _may_track(subject_id, purpose, signals, region_of(request), now):
        subject_id = None
    note_visitor_event(
        subject_id=subject_id,
        site=site.slug,
        purpose=purpose,
        kind=request.POST.get("kind", ""),
        page=request.POST.get("page", ""),
        now=now,
    )
    return HttpResponse(status=204)


def _may_track(subject_id: uuid.UUID, purpose: str, signals: frozenset[str], region: str, now: dt.datetime) -> bool:
    """As the decision says, signals of this very request included."""
    state = banner_state(subject_id, signals, language="en", region=region, now=now)
    return state.allowed().get(purpose, False) or not is_on("intake.visitor_events")
