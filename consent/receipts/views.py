"""The receipt of one decision: a page that prints, and files. For the person only; anybody else finds nothing."""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from accounts.selectors import find_subjects
from consent.audit_events import RECEIPT_TAKEN
from consent.links import open_preferences_token
from consent.page_words import BASIS, DOORS, STATUSES, channel_words
from consent.receipts.jsonld import as_receipt
from consent.receipts.kantara import as_kantara
from consent.receipts.record import FullRecord, event_of, full_record
from consent.receipts.signing import public_key_set, signed
from consent.vocabulary import Door
from privacy.audit.services import record as note
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import MAIN, speaks
from privacy.personal_data.selectors import alias_set
from privacy.policy.texts import texts_of


def _jsonld(record: FullRecord) -> str:
    return json.dumps(as_receipt(record), indent=2, ensure_ascii=False)


def _jws(record: FullRecord) -> str:
    return signed(as_receipt(record))


def _kantara(record: FullRecord) -> str:
    return json.dumps(as_kantara(record), indent=2, ensure_ascii=False)


FILES: dict[str, tuple[str, Callable[[FullRecord], str]]] = {
    "receipt.jsonld": ("application/ld+json", _jsonld),
    "receipt.jws": ("application/jose", _jws),
    "receipt.kantara.json": ("application/json", _kantara),
}


@require_safe
@cache_control(public=True, max_age=3600)
def keys(_request: HttpRequest) -> HttpResponse:
    """The public keys that receipts, checkpoints and exports verify under; the older ones too."""
    answer = JsonResponse(public_key_set(), json_dumps_params={"indent": 2})
    answer["Access-Control-Allow-Origin"] = "*"  # public, and read by verifiers in browsers
    return answer


@speaks
@never_cache
@require_safe
def receipt(request: HttpRequest, pk: uuid.UUID, file: str = "") -> HttpResponse:
    """For the signed-in person."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    members = alias_set(request.user.subject_id)
    return _answer(request, pk, file, members, home=reverse("preferences"), via=Door.SIGNED_IN)


@speaks
@never_cache
@require_safe
def receipt_by_link(request: HttpRequest, token: str, pk: uuid.UUID, file: str = "") -> HttpResponse:
    """By the link to the preferences page, without login."""
    try:
        link = open_preferences_token(token, clock.now())
    except NotFound:
        return render(request, "consent/old_link.html", status=404)
    members = tuple(member for root in find_subjects("email", link.email) for member in alias_set(root))
    home = reverse("preferences_link", args=[token])
    return _answer(request, pk, file, members, home=home, via=Door.LINK)


def _answer(
    request: HttpRequest, pk: uuid.UUID, file: str, members: tuple[uuid.UUID, ...], *, home: str, via: str
) -> HttpResponse:
    event = event_of(pk, members)
    if event is None or (file and file not in FILES):
        raise Http404
    record = full_record(event)
    if file and request.method == "GET":
        _note_taking(record, file, via)
    if file:
        kind, make = FILES[file]
        with translation.override(MAIN):  # a file is the same for every reader
            body = make(record)
        return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{file}"'})
    return render(
        request, "consent/receipt.html", {"record": record, "home": home, **_words(record, get_language() or "en")}
    )


def _note_taking(record: FullRecord, file: str, via: str) -> None:
    event = record.event
    with transaction.atomic():
        note(
            RECEIPT_TAKEN,
            actor=Actor.subject(event.subject_id, via=via),
            at=clock.now(),
            subject_id=event.subject_id,
            target=event,
            is_demo=event.is_demo,
            format=file,
        )


def _words(record: FullRecord, language: str) -> dict[str, Any]:
    """What the page needs beside the record, in the reader's language where the policy has it."""
    version, event = record.version, record.event
    texts = texts_of(version, language) if version else None
    mine = texts.purposes.get(event.purpose) if texts else None
    return {
        "label": mine.label if mine else record.label,
        "summary": mine.summary if mine else "",
        "channel": channel_words(event.channel) if event.channel else "",
        "status": STATUSES.get(event.status, event.status),
        "before": STATUSES.get(event.previous, event.previous),
        "door": DOORS.get(event.door, event.door),
        "categories": [texts.categories.get(one.code, one.label) for one in record.categories] if texts else [],
        "recipients": [
            (texts.recipients.get(one.code, one.name) if texts else one.name, one.country) for one in record.recipients
        ],
        "transfers": record.transfers,
        "basis": BASIS[record.purpose.basis] if record.purpose else "–",
        "files": [
            ("receipt.jsonld", "ISO/IEC TS 27560 (JSON-LD)"),
            ("receipt.jws", "the same, signed (JWS)"),
            ("receipt.kantara.json", "Kantara 1.1 (JSON)"),
        ],
    }
