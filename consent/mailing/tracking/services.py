"""May a click or an opening be noted? Asked when the mail is made, and again at every hit."""

import datetime as dt
import uuid

from django.db import IntegrityError, transaction

from consent.mailing.models import MailReading, ReadingKind
from consent.mailing.tracking.links import Measured, addresses_in, click_url, open_url
from consent.selectors import decide_for
from privacy.kernel.errors import InvalidInput
from privacy.personal_data.models import Subject
from privacy.personal_data.selectors import alias_set
from privacy.policy.board import is_on

PURPOSE = {ReadingKind.CLICK: "click_tracking", ReadingKind.OPEN: "open_tracking"}


def may_measure(subject_id: uuid.UUID, kind: ReadingKind, *, now: dt.datetime) -> bool:
    """What the person says about this kind of measurement, at this moment."""
    if not is_on("mailing.measure_by_consent"):
        return True
    return decide_for(alias_set(subject_id), PURPOSE[kind], channel="email", now=now).allowed


def note_reading(link: Measured, kind: ReadingKind, *, now: dt.datetime) -> bool:
    """Keep that it was read, where that is allowed now; once for each link. False where nothing is kept."""
    if not may_measure(link.subject_id, kind, now=now):
        return False
    subject = Subject.objects.filter(pk=link.subject_id).first()
    if subject is None:
        return False
    values = {"topic": link.topic, "campaign": link.campaign, "at": now, "is_demo": subject.is_demo}
    try:
        with transaction.atomic():
            _, is_new = MailReading.objects.get_or_create(
                subject=subject, mail_id=link.mail_id, kind=kind, position=link.position, defaults=values
            )
    except IntegrityError:  # the same link twice at once
        return False
    return is_new


def measured_links(mail: Measured, targets: list[str], *, now: dt.datetime) -> dict[str, str]:
    """The address to write for each target: a measured one where clicks may be noted, else the target itself."""
    if not targets or not may_measure(mail.subject_id, ReadingKind.CLICK, now=now):
        return {target: target for target in targets}
    return {target: _click(mail, number, target) for number, target in enumerate(targets)}


def _click(mail: Measured, number: int, target: str) -> str:
    try:
        return click_url(Measured(mail.subject_id, mail.topic, mail.mail_id, mail.campaign, number, target))
    except InvalidInput:
        return target


def with_measured_links(mail: Measured, text: str, *, now: dt.datetime) -> str:
    """A text whose links are measured, where that is allowed."""
    links = measured_links(mail, addresses_in(text), now=now)
    for target in sorted(links, key=len, reverse=True):
        text = text.replace(target, f"\0{list(links).index(target)}\0")
    for number, target in enumerate(links):
        text = text.replace(f"\0{number}\0", links[target])
    return text


def picture(mail: Measured, *, now: dt.datetime) -> str:
    """The address of the picture where openings may be noted; empty where not."""
    return open_url(mail) if may_measure(mail.subject_id, ReadingKind.OPEN, now=now) else ""
