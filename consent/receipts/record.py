"""From an event to its full record: the policy of its day supplies text, purpose, parties, periods and rights.

Published versions never change, so the record of an event is the same today and in ten years: after the policy
changed, after the purpose was retired, after the person was erased. It holds no identifier of the person.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from consent.models import ConsentEvent
from consent.scoped.models import ScopedEvent
from consent.vocabulary import Status
from privacy.policy.document import CategoryEntry, PolicyDocument, PurposeEntry, RecipientEntry, RightEntry
from privacy.policy.models import Notice, PolicyVersion, VersionState
from privacy.policy.rows import notice_digest
from privacy.policy.selectors import document_of

RECEIPTS = uuid.UUID("7c1e8f0e-5a43-4f6a-9d0e-6f2c3b1a9e75")  # the namespace of receipt ids


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who has a part in the processing. `role` is a term of DPV, `contact` how to reach them."""

    code: str
    name: str
    role: str
    address: str
    contact: str
    country: str = ""
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownText:
    """What the person was shown. `verifies`: the text as it is kept gives the hash that the event carries."""

    text: str
    digest: str
    language: str
    verifies: bool

    @property
    def is_kept(self) -> bool:
        """Whether the text is here at all; an event of a signal or an import may carry none."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Kept:
    """How long one kind of data is kept: the label of the period, its days and what follows."""

    label: str
    days: int
    counts_from: str
    action: str


@dataclass(frozen=True, slots=True)
class FullRecord:
    """Everything about one decision. `version` is None where no policy of that day is known; `purpose` is
    None where that version does not name it."""

    event: ConsentEvent
    version: PolicyVersion | None
    purpose: PurposeEntry | None
    shown: ShownText
    controller: Party
    authority: Party
    recipients: tuple[Party, ...]
    categories: tuple[CategoryEntry, ...]
    sources: tuple[str, ...]
    retention: tuple[Kept, ...]
    rights: tuple[RightEntry, ...]
    transfers: tuple[str, ...]
    assessment: str
    site: str
    is_row_whole: bool
    scope: str = ""  # of a decision about a single thing: its kind and key
    scope_digest: str = ""  # the hash of what was read about it; the words themselves may be erased

    @property
    def receipt_id(self) -> uuid.UUID:
        """The receipt's own id: another number than the record's, and the same each time it is made."""
        return uuid.uuid5(RECEIPTS, str(self.event.pk))

    @property
    def said_at(self) -> dt.datetime:
        """When the person said it; the event's own time is when it was written down."""
        return self.event.said_at or self.event.at

    @property
    def label(self) -> str:
        """The purpose in words; its code where the policy of that day has no words for it."""
        return self.purpose.label if self.purpose else self.event.purpose

    @property
    def valid_days(self) -> int | None:
        """For how many days a grant holds; None for "until the person decides again"."""
        return self.purpose.valid_days if self.purpose and self.event.status == Status.GIVEN else None

    @property
    def valid_until(self) -> dt.datetime | None:
        """When a timed grant ends by itself; the end of a pause for an easing."""
        return self.event.at + dt.timedelta(days=self.valid_days) if self.valid_days else self.event.until

    @property
    def policy_url(self) -> str:
        """Where the version of that day can be read."""
        if self.version is None:
            return f"{settings.KEPT_BASE_URL}/policy/"
        return settings.KEPT_BASE_URL + reverse("policy_of", args=[self.version.effective_on.isoformat()])

    @property
    def withdrawal_url(self) -> str:
        """Where the person changes it."""
        return f"{settings.KEPT_BASE_URL}{reverse('preferences')}#{self.event.purpose}"


class Archive:
    """Versions and texts by what events carry; each is read once."""

    def __init__(self) -> None:
        self._versions: dict[dt.date, PolicyVersion | None] = {}
        self._texts: dict[tuple[dt.date | None, str], Notice | None] = {}

    def version_of(self, event: ConsentEvent) -> PolicyVersion | None:
        """The version that the event names; for one that names none, what was in force on its day."""
        on = event.policy_on or event.at.date()
        if on not in self._versions:
            rows = PolicyVersion.objects.filter(state=VersionState.PUBLISHED)
            exact = rows.filter(effective_on=on) if event.policy_on else rows.filter(effective_on__lte=on)
            self._versions[on] = exact.order_by("-effective_on").first()
        return self._versions[on]

    def text_of(self, event: ConsentEvent) -> ShownText:
        """The text whose hash the event carries, checked against it."""
        key = (event.policy_on, event.notice_digest)
        if key not in self._texts:
            rows = Notice.objects.filter(digest=event.notice_digest, purpose__code=event.purpose)
            rows = rows.order_by("-version__effective_on").select_related("purpose")
            named = rows.filter(version__effective_on=event.policy_on).first() if event.policy_on else None
            self._texts[key] = (named or rows.first()) if event.notice_digest else None
        found = self._texts[key]
        if found is None:
            return ShownText("", event.notice_digest, event.notice_language, verifies=False)
        expected = notice_digest(found.purpose.code, found.language, found.text)
        return ShownText(found.text, event.notice_digest, found.language, verifies=expected == event.notice_digest)


def full_record(found: ConsentEvent | ScopedEvent, archive: Archive | None = None) -> FullRecord:
    """Expand one event, of a purpose or of a single thing. Pass one `archive` for many."""
    event = found if isinstance(found, ConsentEvent) else _of_purpose(found)
    archive = archive or Archive()
    version = archive.version_of(event)
    document = document_of(version) if version else None
    purpose = next((one for one in document.purposes if one.code == event.purpose), None) if document else None
    controller = _controller(document)
    categories = purpose.categories if purpose else ()
    rows = tuple(one for one in document.categories if one.code in categories) if document else ()
    return FullRecord(
        event=event,
        version=version,
        purpose=purpose,
        shown=archive.text_of(event),
        controller=controller,
        authority=authority(),
        recipients=_recipients(document, purpose, controller),
        categories=rows,
        sources=tuple(dict.fromkeys(source for row in rows for source in row.sources)),
        retention=_retention(document, categories),
        rights=document.rights if document else (),
        transfers=_transfers(document, purpose),
        assessment=_assessment(document, purpose),
        site=event.site,
        is_row_whole=found.row_hash == found.compute_hash(),
        scope="" if isinstance(found, ConsentEvent) else found.scope,
        scope_digest="" if isinstance(found, ConsentEvent) else found.shown_digest,
    )


def event_of(pk: uuid.UUID, members: Sequence[uuid.UUID] | None = None) -> ConsentEvent | ScopedEvent | None:
    """The event of this id: about a purpose, or about a single thing; of these people, or of anybody."""
    for model in (ConsentEvent, ScopedEvent):
        rows = model.objects.filter(pk=pk)
        found: ConsentEvent | ScopedEvent | None = (
            rows if members is None else rows.filter(subject_id__in=members)
        ).first()
        if found is not None:
            return found
    return None


def _of_purpose(scoped: ScopedEvent) -> ConsentEvent:
    """A decision about a single thing in the shape of one about its purpose; never saved."""
    shared = ("id", "at", "is_demo", "row_hash", "subject_id", "purpose", "status", "previous", "door", "actor_kind")
    shown = ("actor_id", "notice_digest", "notice_language", "policy_on", "site")
    return ConsentEvent(**{name: getattr(scoped, name) for name in (*shared, *shown)})


ANY_AUTHORITY = (
    "The data protection authority where you live or work; see the list of authorities; "
    "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"
)


def authority() -> Party:
    """Whom a person may complain to (setting KEPT_AUTHORITY: name; address; contact)."""
    name, _, rest = (settings.KEPT_AUTHORITY or ANY_AUTHORITY).partition(";")
    address, _, contact = rest.partition(";")
    return Party("authority", name.strip(), "Authority", address.strip(), contact.strip() or address.strip())


def _controller(document: PolicyDocument | None) -> Party:
    if document is None:
        url = settings.KEPT_BASE_URL
        return Party("controller", "The operator of this installation", "DataController", url, url, url=url)
    addresses = [one.address for one in document.contacts]
    mail = next((one for one in addresses if "@" in one), "")
    post = next((one for one in addresses if "@" not in one), "")
    name = document.policy.controller
    return Party(
        "controller", name, "DataController", post or name, mail or post or name, url=f"{settings.KEPT_BASE_URL}/"
    )


ROLES = {"processor": "DataProcessor", "authority": "Authority", "affiliate": "Recipient", "partner": "ThirdParty"}


def _recipients(document: PolicyDocument | None, purpose: PurposeEntry | None, controller: Party) -> tuple[Party, ...]:
    if document is None or purpose is None:
        return ()
    named: Sequence[RecipientEntry] = [one for one in document.recipients if one.code in purpose.recipients]
    return tuple(
        Party(
            one.code,
            one.label,
            ROLES.get(one.role, "ThirdParty"),
            address=one.country,
            contact=f"through {controller.name}: {controller.contact}",
            country=one.country,
            description=one.description,
        )
        for one in named
    )


def _retention(document: PolicyDocument | None, categories: Sequence[str]) -> tuple[Kept, ...]:
    if document is None:
        return ()
    found = [one for one in document.retention if one.category in categories]
    return tuple(Kept(one.label, one.days, one.counts_from, one.action) for one in found)


def _transfers(document: PolicyDocument | None, purpose: PurposeEntry | None) -> tuple[str, ...]:
    if document is None or purpose is None:
        return ()
    mine = [one for one in document.transfers if not one.recipient or one.recipient in purpose.recipients]
    return tuple(f"{one.origin} to {one.destination}: {one.mechanism.replace('_', ' ')}" for one in mine)


def _assessment(document: PolicyDocument | None, purpose: PurposeEntry | None) -> str:
    if document is None or purpose is None or not purpose.assessment:
        return ""
    return next((one.title for one in document.assessments if one.code == purpose.assessment), "")
