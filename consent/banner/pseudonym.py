"""Who a browser is, without knowing who the person is: a random word in a cookie that only the server sets.

Nobody gets one by looking at a page. It comes with a choice, because a choice that nobody remembers is none;
scripts cannot read it, and it is sent to this host alone.
"""

import re
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.models import Identifier
from accounts.services import subject_for_identifier
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.identifiers import IdentifierKind
from privacy.kernel.tokens import new_token

LASTS_S = 390 * 86400  # thirteen months, and below the 400 days that browsers grant
WORD = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name() -> str:
    """Bound to the host by its name where there is TLS."""
    return "__Host-kept-visitor" if settings.HTTPS else "kept-visitor"


def word_of(request: HttpRequest) -> str:
    """What the cookie says; empty for none, and for one that is not of our making."""
    word = request.COOKIES.get(cookie_name(), "")
    return word if WORD.fullmatch(word) else ""


def pseudonym_of(request: HttpRequest) -> uuid.UUID | None:
    """The browser's own subject, merged or not; None where it has made no choice yet."""
    word = word_of(request)
    indexes = blind_indexes(IdentifierKind.PSEUDONYM, word) if word else []
    rows = Identifier.objects.filter(kind=IdentifierKind.PSEUDONYM, index__in=indexes)
    return rows.values_list("subject_id", flat=True).first() if word else None


def make_pseudonym(request: HttpRequest) -> tuple[str, uuid.UUID]:
    """The word and the subject of this browser, made now where there is none. Call it for a choice only.

    A word that we never gave is not taken over: somebody else may have planted it.
    """
    if known := pseudonym_of(request):
        return word_of(request), known
    word = new_token()
    subject = subject_for_identifier(
        kind=IdentifierKind.PSEUDONYM,
        value=word,
        source="banner",
        actor=ANONYMOUS,
        now=clock.now(),
    )
    return word, subject.pk


def give_cookie(answer: HttpResponseBase, word: str) -> None:
    """Set by the server, out of reach for scripts, for this host."""
    answer.set_cookie(
        cookie_name(), word, max_age=LASTS_S, secure=settings.HTTPS, httponly=True, samesite="Lax", path="/"
    )
