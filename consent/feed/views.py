"""GET /api/v1/consent-feed and /api/v1/consent-feed/snapshot, for keys with the scope `feed`."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.api_keys import with_api_key
from consent.audit_events import FEED_SNAPSHOT
from consent.feed.names import Names, names_for
from consent.feed.reading import newest_position, page_after
from consent.feed.records import Groups, groups_of, policy_block, records_of
from consent.feed.signing import PAGE, SNAPSHOT, signature_of
from consent.models import Preference
from consent.terms import terms_in_force
from privacy.audit.services import record
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.models import Restriction, SubjectAlias

FEED = "kept-consent-1"
MOST, USUAL = 1000, 500
CHUNK = 1000  # people read at once for a snapshot


@require_GET
@with_api_key("feed")
def consent_feed(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """A page of changes, with the newest state of everybody whom they are about."""
    now, names = clock.now(), names_for(key_id)
    page = page_after(request.GET.get("after", ""), limit=_limit(request), now=now)
    terms = terms_in_force()
    groups = groups_of(page.subjects)
    of_subject = {member: canonical for canonical, members in groups.items() for member in members}
    body = _bytes(
        {
            "feed": FEED,
            "kind": "page",
            "made_at": now.isoformat(),
            "audience": names.audience,
            "after": request.GET["after"],
            "position": page.position,
            "has_more": page.has_more,
            "policy": policy_block(terms, now)["digest"],
            "changes": [_change(change, of_subject, names) for change in page.changes],
            "people": records_of(groups, terms, names, now=now),
        }
    )
    answer = HttpResponse(body, content_type="application/json")
    answer["Kept-Signature"] = "{}={}".format(*signature_of(PAGE, body))
    return answer


@require_GET
@with_api_key("feed")
def consent_snapshot(_: HttpRequest, key_id: uuid.UUID) -> StreamingHttpResponse:
    """Everybody who decided anything, a line each; the last line signs all before it."""
    now, names = clock.now(), names_for(key_id)
    head = {
        "feed": FEED,
        "kind": "snapshot",
        "made_at": now.isoformat(),
        "audience": names.audience,
        "names": names.key,
        "position": newest_position(now),  # before anybody is read: what changes meanwhile comes again
        "policy": policy_block(terms_in_force(), now),
    }
    return StreamingHttpResponse(_lines(head, names, key_id, now), content_type="application/x-ndjson")


def _lines(head: dict[str, Any], names: Names, key_id: uuid.UUID, now: dt.datetime) -> Iterator[bytes]:
    digest, people = hashlib.sha256(), 0
    terms = terms_in_force()

    def line(values: dict[str, Any]) -> bytes:
        sent = _bytes(values) + b"\n"
        digest.update(sent)
        return sent

    yield line(head)
    for chunk in _everybody():
        for each in records_of(chunk, terms, names, now=now):
            people += 1
            yield line(each)
    with transaction.atomic():
        record(FEED_SNAPSHOT, actor=SYSTEM, at=now, target=("accounts.ApiKey", key_id), people=people)
    key, signature = signature_of(SNAPSHOT, digest.hexdigest().encode())
    end = {"kind": "end", "people": people, "sha256": digest.hexdigest(), "key": key, "signature": signature}
    yield _bytes(end) + b"\n"


def _everybody() -> Iterator[Groups]:
    """Whoever has decided something, is restricted or was merged, some at a time and nobody twice."""
    seen: set[uuid.UUID] = set()  # the few whom several subjects stand for
    after = uuid.UUID(int=0)
    rows = Preference.objects.order_by("subject_id").values_list("subject_id", flat=True).distinct()
    while ids := list(rows.filter(subject_id__gt=after)[:CHUNK]):
        after = ids[-1]
        groups = groups_of(ids)
        yield {one: members for one, members in groups.items() if one not in seen}
        seen.update(one for one, members in groups.items() if len(members) > 1)
    others = set(Restriction.objects.filter(lifted_at=None).values_list("subject_id", flat=True))
    others |= set(SubjectAlias.objects.values_list("canonical_id", flat=True))
    others -= set(rows.filter(subject_id__in=others))
    yield {one: members for one, members in groups_of(others).items() if one not in seen}


def _change(change: dict[str, Any], of_subject: dict[uuid.UUID, uuid.UUID], names: Names) -> dict[str, Any]:
    told = {name: value for name, value in change.items() if name != "subject"}
    told["at"] = str(change["at"].isoformat() if isinstance(change["at"], dt.datetime) else change["at"])
    return {**told, "person": names.of_subject(of_subject.get(change["subject"], change["subject"]))}


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", str(USUAL))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST):
        raise InvalidInput(f"Choose a limit between 1 and {MOST}.", field="limit")
    return int(text)


def _bytes(values: dict[str, Any]) -> bytes:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=True).encode()
