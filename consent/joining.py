"""A browser becomes known: who signs in or confirms an address brings along what was chosen in it before.

Only a browser that is nobody's joins. One that joined somebody gets a new pseudonym, with the refusals of the
old one: on a shared computer the next visitor is not the person before, and is not asked again either.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.merging import is_known
from accounts.models import User
from accounts.services import merge_subjects, subject_for_identifier
from consent.banner.pseudonym import give_cookie, pseudonym_of
from consent.models import Preference
from consent.rules import LOW
from consent.services import set_preference
from consent.terms import terms_in_force
from consent.vocabulary import Door
from consent.writing import How
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.identifiers import IdentifierKind
from privacy.kernel.tokens import new_token
from privacy.personal_data.selectors import alias_set, canonical_subject
from privacy.policy.vocabulary import Switch

FRESH = "kept.fresh_pseudonym"


def join_browser(request: HttpRequest | None = None, user: User | None = None, **_: Any) -> None:
    """On sign-in: the nameless browser and the user are one person from now on."""
    if request is None or user is None:
        return
    found = pseudonym_of(request)
    if found is None:
        return
    members = alias_set(found)
    with transaction.atomic():
        if is_known(members):
            if members[0] != canonical_subject(user.subject_id):  # somebody else's browser: a new name, no merge
                request.META[FRESH] = _new_name(members)
            return
        word = _new_name(members)
        actor = Actor.subject(user.subject_id, via="sign_in")
        merge_subjects(subject_id=found, canonical_id=user.subject_id, actor=actor, now=clock.now())
        request.META[FRESH] = word


def join_browser_of_address(request: HttpRequest | None = None, email_address: Any = None, **_: Any) -> None:
    """On the confirmation of an address, signed in or not."""
    join_browser(request, getattr(email_address, "user", None))


def _new_name(members: tuple[Any, ...]) -> str:
    """A new pseudonym that was refused what the old one was refused."""
    word, now = new_token(), clock.now()
    subject = subject_for_identifier(kind=IdentifierKind.PSEUDONYM, value=word, source="banner", actor=SYSTEM, now=now)
    terms = terms_in_force()
    refused = Preference.objects.filter(subject_id__in=members, status__in=LOW)
    for row in refused.filter(door__in=[Door.BANNER, Door.SIGNAL]).order_by("purpose", "channel"):
        if row.purpose in terms and terms[row.purpose].switch is not Switch.LOCKED:
            set_preference(
                subject_id=subject.pk,
                purpose_code=row.purpose,
                channel=row.channel if row.channel in terms[row.purpose].channels else "",
                allow=False,
                how=How(Door.SYSTEM, source_kind="merge"),
                actor=SYSTEM,
                now=now,
            )
    return word


class FreshBrowser:
    """Hands the new pseudonym to a browser that has joined somebody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if word := request.META.get(FRESH):
            give_cookie(answer, word)
        return answer
