"""What a pressed button of the preferences page does: each act is one function, and says what it did.

Every act returns the sentence about it and the part of the page where the reader goes on.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from consent.devices import choose_on_device, forget, own_device
from consent.double_opt_in import Wish, send_again
from consent.easing import pause_purpose, resume_purpose, slow_purpose
from consent.page_words import channel_words
from consent.selectors import preferences_of
from consent.services import decline_all, set_preference, undo_change
from consent.visitors import Visitor, known_subject, mail_link
from consent.vocabulary import Status
from privacy.kernel.errors import DomainError, InvalidInput, NotFound, StaleState
from privacy.policy.selectors import current_version
from privacy.policy.texts import texts_of

Done = tuple[str, str]
Act = Callable[[QueryDict, Visitor, dt.datetime], Done]


def do(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    """Do what the pressed button says. InvalidInput(choice) for one that the page does not have."""
    act = ACTS.get(form.get("choice", ""))
    if act is None:
        raise InvalidInput("Choose allow or decline.", field="choice", code="choice")
    how = replace(visitor.how, text_mark=form.get("text", ""))
    return act(form, replace(visitor, how=how), now)


def label_of(code: str, visitor: Visitor) -> str:
    """The purpose's name as the page shows it."""
    texts = texts_of(current_version(), visitor.how.language).purposes
    return texts[code].label.text if code in texts else code


def _yes_or_no(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    code, channel, allow = form.get("purpose", ""), form.get("channel", ""), form["choice"] == "yes"
    subject_id = known_subject(visitor, now)
    set_preference(
        subject_id=subject_id,
        purpose_code=code,
        channel=channel,
        allow=allow,
        how=visitor.how,
        actor=visitor.actor(subject_id),
        now=now,
    )
    label = label_of(code, visitor)
    about = f"{label} ({channel_words(channel)})" if channel else label
    said = _("%(label)s: allowed from now on.") if allow else _("%(label)s: declined from now on.")
    return said % {"label": about}, f"#{code}"


def _decline_everything(_form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    subject_id = known_subject(visitor, now)
    decline_all(subject_id=subject_id, how=visitor.how, actor=visitor.actor(subject_id), now=now)
    return _("Everything that has a switch is declined, from now on."), ""


def _undo(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    try:
        event_id = uuid.UUID(form.get("event", ""))
    except ValueError:
        raise InvalidInput("Choose what to undo in your history.", field="event", code="not_found") from None
    subject_id = _known(visitor)
    events = undo_change(
        subject_id=subject_id, event_id=event_id, how=visitor.how, actor=visitor.actor(subject_id), now=now
    )
    return _("Undone: it is as it was before."), f"#{events[0].purpose}" if events else ""


def _pause(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    code, subject_id, days = form.get("purpose", ""), _known(visitor), form.get("days", "")
    pause_purpose(
        subject_id=subject_id,
        purpose_code=code,
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else 0,  # noqa: PLR2004 - digits
        how=visitor.how,
        actor=visitor.actor(subject_id),
        now=now,
    )
    said = _("%(label)s: nothing is sent for %(days)s days. It stays allowed, and goes on by itself then.")
    return said % {"label": label_of(code, visitor), "days": days}, f"#{code}"


def _slow(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    code, subject_id = form.get("purpose", ""), _known(visitor)
    slow_purpose(subject_id=subject_id, purpose_code=code, how=visitor.how, actor=visitor.actor(subject_id), now=now)
    return _("%(label)s: at most one message a month from now on.") % {"label": label_of(code, visitor)}, f"#{code}"


def _resume(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    code, subject_id = form.get("purpose", ""), _known(visitor)
    resume_purpose(subject_id=subject_id, purpose_code=code, how=visitor.how, actor=visitor.actor(subject_id), now=now)
    return _("%(label)s: as often as before.") % {"label": label_of(code, visitor)}, f"#{code}"


def _fresh_link(_form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    """Mailed to the same mailbox: whoever holds an old link learns nothing by it."""
    if not visitor.token:
        raise NotFound("There is no link to renew: you are signed in.")
    if not mail_link(email=visitor.email, language=visitor.how.language, now=now):
        raise DomainError("A link was mailed a moment ago. Wait two minutes.", code="too_many")
    return _("A fresh link is on its way to your mailbox. Open it within ten minutes to allow."), ""


def _confirm_again(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    """Mail once more the question that waits for an answer, and none that does not wait."""
    code, subject_id = form.get("purpose", ""), _known(visitor)
    standing = preferences_of(visitor.members).get(code, [])
    channels = sorted(one.channel for one in standing if one.status == Status.REQUESTED)
    if not channels:
        raise StaleState("Nothing waits for a confirmation any more. Load the page again.")
    send_again(wish=Wish(visitor.email, subject_id, (code,), visitor.how, channels[0], int(now.timestamp())), now=now)
    return _("We have mailed you the question again. It is off until you confirm."), f"#{code}"


def _switch_device(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    code, allow, subject_id = form.get("purpose", ""), form["choice"] == "device_yes", _known(visitor)
    device = own_device(subject_id, form.get("device", ""))
    actor = visitor.actor(subject_id)
    choose_on_device(device=device, purpose_code=code, allow=allow, how=visitor.how, actor=actor, now=now)
    said = _("On this device: allowed from now on.") if allow else _("On this device: declined from now on.")
    return said, "#devices"


def _forget_device(form: QueryDict, visitor: Visitor, now: dt.datetime) -> Done:
    subject_id = _known(visitor)
    device = own_device(subject_id, form.get("device", ""))
    forget(device=device, actor=visitor.actor(subject_id), now=now, how=visitor.how)
    return _("Forgotten. If the app is still there, it may report the device again."), "#devices"


def _known(visitor: Visitor) -> uuid.UUID:
    if visitor.subject_id is None:
        raise NotFound("There is no such decision of yours.")
    return visitor.subject_id


ACTS: Mapping[str, Act] = {
    "yes": _yes_or_no,
    "no": _yes_or_no,
    "none": _decline_everything,
    "undo": _undo,
    "pause": _pause,
    "slow": _slow,
    "resume": _resume,
    "fresh": _fresh_link,
    "confirm": _confirm_again,
    "device_yes": _switch_device,
    "device_no": _switch_device,
    "device_forget": _forget_device,
}
