"""What we filed at vendors.

The row is written before the vendor is asked, and its id follows from what is asked: whoever is killed in between, or
files twice, sends the same subject_request_id again.
"""

import datetime as dt
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction

from privacy.connectors.models import AT_A_VENDOR, ConnectedSystem, VendorRequest
from privacy.connectors.opendsr.vendor import Said, Vendor, rfc3339
from privacy.kernel import clock
from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring
from privacy.personal_data import late_answers
from privacy.personal_data.contract import Action, HandlerUnavailable, Person

ORDER = {"": 0, "pending": 1, "in_progress": 2, "completed": 3, "cancelled": 3}
UNFINISHED = ("", *AT_A_VENDOR)
FRESH = dt.timedelta(days=7)  # a copy that was given within it is not asked for again
PATIENCE = dt.timedelta(days=3)
ATTEMPTS = 4
TYPES = {"email": "email", "device": "ios_advertising_id", "external": "controller_customer_id"}
Identities = list[list[str]]


def identities_of(person: Person, key: str) -> str:
    """Those that a vendor may know, as one text; empty where there is none."""
    found = []
    for each in person.identities:
        value = each.value
        if each.kind == "external":  # an id means something in its own system only: KEY:ID
            value = value.removeprefix(f"{key}:") if value.startswith(f"{key}:") else ""
        if each.kind in TYPES and value:
            found.append([each.kind, value])
    return canonical_json({"who": sorted(found)}) if found else ""


def understood(identities: Identities, taken: frozenset[str] | None) -> Identities:
    """Those of a type that the vendor takes: it may refuse a whole request for one that it does not know."""
    return [each for each in identities if taken is None or TYPES[each[0]] in taken]


def person_mac(system: str, identities: str) -> str:
    """A keyed hash that finds the row of a person again, and says nothing by itself."""
    return keyring().mac("opendsr-vendor-person", f"{system}|{identities}")


def request_id(*parts: str) -> uuid.UUID:
    """A UUID in the form of version 4: the same for the same parts, and not to be guessed without our key."""
    raw = bytearray(bytes.fromhex(keyring().mac("opendsr-vendor-request", "|".join(parts)))[:16])
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(raw))


def row_for(system: str, kind: str, identities: str, idem: str, *, now: dt.datetime) -> VendorRequest:
    """The row of this request, made where it is new. Two at once get the same."""
    pk = request_id(system, kind, idem)
    row, _ = VendorRequest.objects.get_or_create(
        pk=pk,
        defaults={"system": system, "kind": kind, "person_mac": person_mac(system, identities), "filed_at": now},
    )
    return row


def erasure_row(system: str, identities: str, idem: str, *, now: dt.datetime) -> VendorRequest:
    """The request for this erasure that counts now. What the vendor cancelled is filed anew after some days, in which
    somebody asks it why; not for ever."""
    row = row_for(system, "erasure", identities, idem, now=now)
    for attempt in range(1, ATTEMPTS):
        if row.status != "cancelled" or (row.changed_at or now) > now - PATIENCE:
            break
        row = row_for(system, "erasure", identities, f"{idem}|{attempt}", now=now)
    return row


def copy_row(system: str, identities: str, *, now: dt.datetime, may_file: bool) -> VendorRequest | None:
    """The request for a copy of this person that counts now: an open or a fresh one, else (`may_file`) a new one. A
    copy that was asked for before an erasure is not fresh: what it shows is gone."""
    of_person = VendorRequest.objects.filter(system=system, person_mac=person_mac(system, identities))
    mine = of_person.filter(kind="access")
    last = mine.order_by("-filed_at").first()
    erased = of_person.filter(kind="erasure", status="completed")
    if last and (
        last.status in UNFINISHED
        or (
            last.status == "completed"
            and last.filed_at > now - FRESH
            and not erased.filter(filed_at__gte=last.filed_at).exists()
        )
    ):
        if may_file and last.unwanted_at:  # somebody waits for it again
            VendorRequest.objects.filter(pk=last.pk).update(unwanted_at=None)
        return last
    if not may_file:
        return last
    return row_for(system, "access", identities, f"{identities}|{mine.count()}", now=now)


def call_off_copies(person: Person, now: dt.datetime) -> None:
    """Mark what was asked for this person and is still open. The next look at the vendor sends it."""
    for key in ConnectedSystem.objects.filter(kind="opendsr").values_list("key", flat=True):
        if identities := identities_of(person, key):
            mine = VendorRequest.objects.filter(system=key, kind="access", person_mac=person_mac(key, identities))
            mine.filter(status__in=UNFINISHED, unwanted_at=None).update(unwanted_at=now)


def bring_up_to_date(vendor: Vendor, row: VendorRequest, identities: str, *, regulation: str) -> VendorRequest:
    """File it where that is not known to have happened, else ask how it stands; the row as it is then."""
    if row.status in {"completed", "cancelled"}:
        return row
    if not row.status:
        told = understood(json.loads(identities), vendor.taken())
        if not told:
            raise HandlerUnavailable("it takes none of the kinds of identifiers that we hold")
        if filed := vendor.file(body_of(vendor, row, told, regulation)):
            note(row.pk, filed, now=clock.now())
            note_expected(row.pk, filed.expected_at)
    said = vendor.status_of(str(row.pk))
    if said is None:
        raise HandlerUnavailable("it does not take the request")
    note(row.pk, said, now=clock.now())
    note_expected(row.pk, said.expected_at)
    row.refresh_from_db()
    return row


def body_of(vendor: Vendor, row: VendorRequest, identities: Identities, regulation: str) -> dict[str, Any]:
    """The same bytes at each attempt."""
    return {
        "regulation": regulation,
        "subject_request_id": str(row.pk),
        "subject_request_type": row.kind,
        "submitted_time": rfc3339(row.filed_at),
        "subject_identities": [
            {"identity_type": TYPES[kind], "identity_value": value, "identity_format": "raw"}
            for kind, value in identities
        ],
        "api_version": "2.0",
        "status_callback_urls": [vendor.callback_url],
    }


@transaction.atomic
def note(pk: uuid.UUID, said: Said, *, now: dt.datetime) -> bool:
    """Keep what a vendor said. It only goes forward: an old word, sent again, changes nothing."""
    row = VendorRequest.objects.select_for_update().get(pk=pk)
    if ORDER[said.status] <= ORDER[row.status]:
        return False
    row.status, row.changed_at = said.status, now
    row.results_count, row.results_url = said.results_count, said.results_url
    row.save(update_fields=["status", "changed_at", "results_count", "results_url"])
    if said.status in {"completed", "cancelled"}:
        late_answers.announce(row.system, now)
    is_erasure = row.kind == "erasure"
    if said.status == "completed" and (row.late_at or is_erasure):
        late_answers.tell_overdue([overdue(row, now, is_over=True)], now)
    if said.status == "cancelled" and is_erasure:
        late_answers.tell_overdue([overdue(row, now, is_cancelled=True)], now)
    return True


def note_expected(pk: uuid.UUID, expected_at: dt.datetime | None) -> None:
    """Keep by when a vendor says it is done, as it answered a question of ours: a callback may be an old one. Where it
    names another time, that one may pass too."""
    if expected_at:
        rows = VendorRequest.objects.filter(pk=pk).exclude(expected_at=expected_at)
        rows.update(expected_at=expected_at, late_at=None)


def overdue(
    row: VendorRequest, now: dt.datetime, *, is_over: bool = False, is_cancelled: bool = False
) -> late_answers.Overdue:
    """What those hear who wait for this request."""
    return late_answers.Overdue(
        row.system,
        ConnectedSystem.objects.get(key=row.system).label,
        Action.ERASE if row.kind == "erasure" else None,
        clock.local_date(now if is_cancelled else row.expected_at or now, settings.KEPT_TIME_ZONE),
        lambda person: person_mac(row.system, identities_of(person, row.system)) == row.person_mac,
        is_over,
        is_cancelled,
    )
