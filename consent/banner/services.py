"""A browser chooses: rows of the ledger, as for any person, on a subject of the browser's own."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection

from django.db import transaction

from consent.banner.state import BannerState
from consent.services import How, set_preference
from consent.vocabulary import Door
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
) -> None:
    """Take the answer to every purpose that `state` shows: allowed where it is named, declined otherwise.

    What a signal denies stays declined, whatever was pressed. Nothing is raised for anybody but this browser.
    """
    actor = Actor.subject(subject_id, via="banner")
    for one in state.purposes:
        is_denied = bool(set(one.denied_by) & set(state.signals))
        wanted = one.code in allow and not is_denied
        try:
            set_preference(subject_id=subject_id, purpose_code=one.code, allow=wanted, how=how, actor=actor, now=now)
        except NotAllowed as error:  # a signal of another browser of the same person
            if error.code != "signal":
                raise


def by_banner(state: BannerState, *, site: str, language: str, region: str) -> How:
    """How such a choice reached us: with the hash of what stood on the banner."""
    shown = "\n".join(f"{one.code} {one.label} {one.text}" for one in state.purposes)
    digest = hashlib.sha256(f"v1 {language}\n{shown}".encode()).hexdigest()
    return How(
        Door.BANNER, language=language, site=site, region=region, source_kind="banner", source_id=f"v1:{digest[:48]}"
    )
