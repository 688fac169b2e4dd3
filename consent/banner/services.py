"""A browser chooses: rows of the ledger, as for any person, on a subject of the browser's own."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection

from django.db import transaction

from consent.banner.state import BannerState
from consent.services import How, set_preference
from consent.vocabulary import Door
from consent.wording import MARK
from privacy.kernel.actors import Actor
from privacy.kernel.errors import NotAllowed


@transaction.atomic
def choose_by_banner(
    *,
    subject_id: uuid.UUID,
    state: BannerState,
    allow: Collection[str],
    how: How,
    now: dt.datetime,
    mark: str = "",
) -> bool:
    """Take the answer to every purpose that `state` shows: allowed where it is named, declined otherwise.

    What a signal denies stays declined, whatever was pressed. Nothing is raised for anybody but this browser. `mark`
    names the text that was read: a yes to another than `state` holds is not taken, nor noted as a no, and will be asked
    for again. Returns whether that was so.
    """
    is_other = mark not in {"", text_mark(state, how.language)}
    actor = Actor.subject(subject_id, via="banner")
    for one in state.purposes:
        is_denied = bool(set(one.denied_by) & set(state.signals))
        wanted = one.code in allow and not is_denied
        if wanted and is_other:
            continue
        try:
            set_preference(subject_id=subject_id, purpose_code=one.code, allow=wanted, how=how, actor=actor, now=now)
        except NotAllowed as error:  # a signal of another browser of the same person
            if error.code != "signal":
                raise
    return is_other and bool(set(allow) & set(state.allowed()))


def by_banner(state: BannerState, *, site: str, language: str, region: str) -> How:
    """How such a choice reached us: with the hash of what stood on the banner."""
    shown = f"v1:{_digest(state, language)[:48]}"
    return How(Door.BANNER, language=language, site=site, region=region, source_kind="banner", source_id=shown)


def text_mark(state: BannerState, language: str) -> str:
    """What the banner sends back with an answer, to say which texts it showed."""
    return _digest(state, language)[:MARK]


def _digest(state: BannerState, language: str) -> str:
    shown = "\n".join(f"{one.code} {one.label} {one.text}" for one in state.purposes)
    return hashlib.sha256(f"v1 {language}\n{shown}".encode()).hexdigest()
