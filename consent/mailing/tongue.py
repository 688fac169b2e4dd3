"""In which language a person is written to: the one in which they last read and decided."""

import uuid

from consent.models import ConsentEvent
from consent.vocabulary import Door
from privacy.kernel.languages import MAIN, known
from privacy.personal_data.selectors import alias_set
from privacy.policy.models import Purpose
from privacy.policy.texts import texts_of

THEIR_OWN = (Door.SIGNED_IN, Door.LINK, Door.ONE_CLICK, Door.BANNER, Door.FORM, Door.APP)  # they read what they decided


def tongue_of(subject_id: uuid.UUID | None) -> str:
    """The language of the last text that this person decided on; the main one for whoever never did."""
    if subject_id is None:
        return MAIN
    events = ConsentEvent.objects.filter(subject_id__in=alias_set(subject_id), door__in=THEIR_OWN)
    return known(events.order_by("-at").values_list("notice_language", flat=True).first() or MAIN)


def label_in(terms: Purpose, language: str) -> str:
    """What the policy calls a purpose in this language."""
    return texts_of(terms.version, language).purposes[terms.code].label.text
