"""Keys of partner systems: who asks, made once, found by their hash, ended at once.

A key holds scopes, each a door that it opens. Views of the API are wrapped in `with_api_key`.
"""

import datetime as dt
import functools
import json
import uuid
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.audit_events import KEY_MADE, KEY_REVOKED, KEY_ROTATED
from accounts.models import ApiKey
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, StaleState
from privacy.kernel.ready import Ready
from privacy.kernel.tokens import new_token, token_hash

SCOPES: dict[str, str] = {
    "decisions": "ask whether data may be used",
    "feed": "follow what people decide",
    "statistics": "read how many people said yes and no",
    "totals": "read totals of what people told, without persons",
    "history": "look up what a person allowed at a moment",
    "collect": "report what people entered on a site",
    "events": "report what visitors do, where they allowed it",
    "devices": "report devices and their permissions",
    "sales": "record sales and the opt-out offered with them",
    "mail": "ask for the headers and links of a mail",
    "disclose": "ask before passing data on",
    "publish": "publish testimonials and customer lists",
    "requests": "file requests of people, and follow these",
    "opendsr": "file requests about data that we process for a business customer (OpenDSR)",
}
MAX_BYTES = 256 * 1024
LONGEST_LABEL = 80
LONGEST_OVERLAP = dt.timedelta(days=90)
SQL = """
SELECT id, scopes FROM accounts_apikey
WHERE key_hash = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)"""

OLD = "before "  # how the label of a key begins whose successor was made

View = Callable[..., HttpResponseBase]


def hash_of_key(request: HttpRequest) -> str:
    """The hash that the key is found by, so that no compare can leak; empty where none was sent."""
    kind, _, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    key = key.strip()
    return token_hash(key) if key and kind.lower() == "bearer" else ""


def key_of(key_hash: str, scope: str) -> uuid.UUID | None:
    """The id of a valid key with this scope, or None."""
    if not key_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute(SQL, [key_hash, clock.now()])
        row = cursor.fetchone()
    return allowed(row[0], row[1], scope) if row else None


def allowed(key: uuid.UUID | str, scopes: str, scope: str) -> uuid.UUID | None:
    """The id of a key as the database gave it, where its scopes hold this one."""
    if scope not in scopes.split():
        return None
    return key if isinstance(key, uuid.UUID) else uuid.UUID(key)


_noted: dict[uuid.UUID, dt.datetime] = {}


def note_use(key: uuid.UUID, at: dt.datetime) -> None:
    """Remember in which hour a key was last used: one statement an hour for each process and key."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    if _noted.get(key) == hour:
        return
    never_or_before = Q(last_used_at=None) | Q(last_used_at__lt=hour)
    ApiKey.objects.filter(never_or_before, pk=key).update(last_used_at=hour)
    _noted[key] = hour


def with_api_key(scope: str) -> Callable[[View], View]:
    """Open a view to keys of this scope: `view(request, key_id, …)`. Its DomainErrors become JSON that names
    the field and the mend; who has no key learns nothing else."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            key = key_of(hash_of_key(request), scope)
            if key is None:
                return refused(
                    401,
                    f"Send a valid key with the scope {scope}: Authorization: Bearer KEY.",
                    headers={"WWW-Authenticate": "Bearer"},
                )
            note_use(key, clock.now())
            try:
                answer = view(request, key, *args, **kwargs)
            except DomainError as error:
                answer = refused(error.http_status, error.message, field=error.field, code=error.code)
            answer["Cache-Control"] = "no-store"
            return answer

        guarded.api_scope = scope  # type: ignore[attr-defined]  # for the schema
        return guarded

    return wrap


def refused(
    status: int, message: str, *, field: str = "", code: str = "", headers: dict[str, str] | None = None
) -> JsonResponse:
    """A no in the one shape of the API: `error` is a sentence, `field` the input at fault, `code` for programs."""
    return JsonResponse({"error": message, "field": field, "code": code}, status=status, headers=headers)


def read_json(request: HttpRequest, *, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The JSON object in the body; InvalidInput for anything else, and for more than `max_bytes` bytes."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > max_bytes:
        raise InvalidInput(f"Send a body of at most {max_bytes // 1024} KiB, with its length.", field="body")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidInput("Send a JSON object.", field="body") from None
    if not isinstance(body, dict):
        raise InvalidInput("Send a JSON object.", field="body")
    return body


FAMILY = Ready(lambda key: ApiKey.objects.filter(pk=key).values_list("family"))


@functools.lru_cache(maxsize=1024)  # a key never changes it
def family_of(key_id: uuid.UUID) -> uuid.UUID:
    """What a row of rotated keys has in common: the first of them."""
    (family,) = FAMILY.get(key_id)
    return family or key_id


def has_successor(key: ApiKey) -> bool:
    """Whether the next key of this system was made already."""
    return key.label.startswith(OLD)


def is_over(key: ApiKey, now: dt.datetime) -> bool:
    """Whether a key has come to its end."""
    return key.expires_at is not None and key.expires_at <= now


@transaction.atomic
def make_api_key(
    *,
    label: str,
    scopes: str,
    actor: Actor,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
    is_demo: bool = False,
) -> str:
    """Make a key for a system and return it; it cannot be read again.

    `scopes` are words of SCOPES, separated by spaces. Raises InvalidInput(label, scopes).
    """
    if unknown := [each for each in scopes.split() if each not in SCOPES]:
        raise InvalidInput(f"There is no scope {unknown[0]}. Use: {', '.join(SCOPES)}.", field="scopes")
    if not scopes.split():
        raise InvalidInput(f"Choose at least one scope: {', '.join(SCOPES)}.", field="scopes")
    if not 0 < len(label.strip()) <= LONGEST_LABEL:
        raise InvalidInput(f"Give the key a label of at most {LONGEST_LABEL} characters.", field="label")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("Choose an end in the future, or none.", field="expires_at")
    if label.startswith(OLD):
        raise InvalidInput(f"“{OLD.strip()}” marks keys that have a successor. Choose another label.", field="label")
    key = f"kept_{new_token()}"
    try:
        with transaction.atomic():
            row = ApiKey.objects.create(
                label=label,
                key_hash=token_hash(key),
                scopes=scopes,
                created_at=now,
                expires_at=expires_at,
                is_demo=is_demo,
            )
    except IntegrityError:
        raise InvalidInput("A key with this label exists. Choose another label.", field="label") from None
    record(KEY_MADE, actor=actor, at=now, target=row, is_demo=is_demo, scopes=scopes)
    return key


@transaction.atomic
def rotate_api_key(*, key: ApiKey, overlap: dt.timedelta, actor: Actor, now: dt.datetime) -> str:
    """Make the next key of a system and return it; the old one ends after the overlap, and not later than it would
    have. The new one has the label, the scopes and as long a life as the old one had.

    Raises InvalidInput(overlap), StaleState for a key that is revoked, over, or rotated already.
    """
    if not dt.timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput(f"Choose an overlap between 0 and {LONGEST_OVERLAP.days} days.", field="overlap")
    row = ApiKey.objects.select_for_update().get(pk=key.pk)
    label = row.label
    if has_successor(row) or row.revoked_at is not None or is_over(row, now):
        raise StaleState("This key is revoked, over, or has its successor already.")
    life = row.expires_at - row.created_at if row.expires_at else None
    row.label = f"{OLD}{now:%Y-%m-%d %H:%M:%S.%f}: {label}"[:LONGEST_LABEL]
    row.expires_at = min(now + overlap, row.expires_at or now + overlap)
    row.save(update_fields=["label", "expires_at"])
    fresh = f"kept_{new_token()}"
    ApiKey.objects.create(
        label=label,
        key_hash=token_hash(fresh),
        scopes=row.scopes,
        created_at=now,
        expires_at=now + life if life else None,
        family=row.family or row.pk,
        is_demo=row.is_demo,
    )
    hours = int(overlap.total_seconds() // 3600)
    record(KEY_ROTATED, actor=actor, at=now, target=row, is_demo=row.is_demo, overlap_hours=hours)
    return fresh


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: Actor, now: dt.datetime) -> None:
    """Revoke a key from now on. StaleState where it is revoked already."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now) != 1:
        raise StaleState("This key is revoked already.")
    record(KEY_REVOKED, actor=actor, at=now, target=key, is_demo=key.is_demo)
