"""Where a person permits or declines one thing, by the mailed link or signed in. A GET changes nothing."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.current import signed_in_user
from consent.page_words import error_words
from consent.rules import may_raise
from consent.scoped.asking import mail_permission
from consent.scoped.links import PermissionLink, open_permission_token
from consent.scoped.models import ScopedGrant
from consent.scoped.selectors import scopes_of
from consent.scoped.services import decide_scope
from consent.services import How
from consent.vocabulary import Door, Status
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.kernel.languages import MAIN, language_of, speaks
from privacy.personal_data.selectors import alias_set
from privacy.policy import grant_requests
from privacy.policy.grant_requests import Shown
from privacy.policy.models import Purpose
from privacy.policy.selectors import current_version, has_policy, purposes
from privacy.policy.texts import Words, texts_of

CHOICES = frozenset({"yes", "no"})


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing as the page shows it: what is asked, why, and how it stands."""

    purpose: Purpose
    label: Words
    text: Words
    scope: str
    seen: Shown
    status: str
    changed_at: dt.datetime | None
    categories: list[Words]

    @property
    def is_given(self) -> bool:
        return self.status == Status.GIVEN

    @property
    def status_word(self) -> str:
        words = {Status.GIVEN: _("permitted"), Status.REQUESTED: _("not decided yet")}
        return words.get(Status(self.status), _("declined"))

    @property
    def is_declined(self) -> bool:
        return Status(self.status) not in {Status.GIVEN, Status.REQUESTED}


@speaks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def permission(request: HttpRequest, token: str) -> HttpResponse:
    """One thing, by the mailed link."""
    now = clock.now()
    try:
        link = open_permission_token(token, now)
    except NotFound:
        return render(request, "consent/scoped/gone.html", status=404)
    members = alias_set(link.subject_id)
    how = How(Door.LINK, link_age=link.age, language=language_of(request))
    if request.method == "POST":
        return _answer_link(request, link, members, how, now)
    line = _line(members, link.purpose, link.scope)
    if line is None:
        return render(request, "consent/scoped/gone.html", status=404)
    can_raise = may_raise(how.door, link_age=how.link_age)
    return render(request, "consent/scoped/one.html", {"line": line, "may_raise": can_raise})


def _answer_link(
    request: HttpRequest, link: PermissionLink, members: tuple[uuid.UUID, ...], how: How, now: dt.datetime
) -> HttpResponse:
    if request.POST.get("choice") == "fresh":
        mail_permission(members, link.purpose, link.scope, now, language=language_of(request))
        messages.success(request, _("A fresh link is on its way. For ten minutes you can permit with it."))
        return redirect(request.path)
    try:
        done = _decide(request, (link.purpose, link.scope), members, how)
    except NotFound:
        return render(request, "consent/scoped/gone.html", status=404)
    except DomainError as error:
        messages.error(request, str(error_words(error)))
    else:
        messages.success(request, done)
    return redirect(request.path)


@speaks
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def permissions(request: HttpRequest) -> HttpResponse:
    """Every single thing that the signed-in person was asked about."""
    members = alias_set(signed_in_user(request).subject_id)
    how = How(Door.SIGNED_IN, language=language_of(request))
    if request.method == "POST":
        try:
            code, scope = request.POST.get("purpose", ""), request.POST.get("scope", "")
            messages.success(request, _decide(request, (code, scope), members, how))
        except DomainError as error:
            messages.error(request, str(error_words(error)))
        return redirect(reverse("permissions"))
    return render(request, "consent/scoped/list.html", {"lines": _lines(members)})


def _decide(request: HttpRequest, what: tuple[str, str], members: Sequence[uuid.UUID], how: How) -> str:
    choice = request.POST.get("choice", "")
    if choice not in CHOICES:
        raise InvalidInput(_("Choose permit or decline."), field="choice")
    decide_scope(
        subject_id=members[0],
        purpose_code=what[0],
        scope=what[1],
        allow=choice == "yes",
        digest=request.POST.get("digest", ""),
        how=how,
        actor=Actor.subject(members[0], via=how.door.value),
        now=clock.now(),
    )
    return _("Permitted. You can take it back at any time.") if choice == "yes" else _("Declined, from now on.")


def _line(members: Sequence[uuid.UUID], code: str, scope: str) -> Permission | None:
    rows = [row for row in scopes_of(members) if row.purpose == code and row.scope == scope]
    lines = _as_lines(members, rows)
    return lines[0] if lines else None


def _lines(members: Sequence[uuid.UUID]) -> list[Permission]:
    return _as_lines(members, scopes_of(members))


def _as_lines(members: Sequence[uuid.UUID], rows: Sequence[ScopedGrant]) -> list[Permission]:
    """In a fixed number of statements. A row whose thing is gone, or whose purpose the policy no longer names, is
    left out: it permits nothing."""
    if not rows or not has_policy():
        return []
    terms = {row.code: row for row in purposes()}
    texts = texts_of(current_version(), get_language() or MAIN)
    lines: dict[tuple[str, str], Permission] = {}
    found = grant_requests.shown_many([(row.purpose, row.scope) for row in rows], members)
    for row in rows:
        seen = found.get((row.purpose, row.scope))
        if seen is None or row.purpose not in terms or (row.purpose, row.scope) in lines:
            continue
        status = row.status if row.shown_digest == seen.digest or row.status != Status.GIVEN else Status.REQUESTED
        lines[row.purpose, row.scope] = Permission(
            purpose=terms[row.purpose],
            label=texts.purposes[row.purpose].label,
            text=texts.purposes[row.purpose].notice,
            scope=row.scope,
            seen=seen,
            status=status,
            changed_at=row.changed_at,
            categories=[texts.categories[code] for code in seen.categories if code in texts.categories],
        )
    return list(lines.values())
