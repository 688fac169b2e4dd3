"""What a published version says about its purposes, for writing decisions down. Published versions are frozen, so
they are read once and kept."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from privacy.kernel.errors import InvalidInput, NotFound
from privacy.policy.models import Notice, PolicyVersion, Purpose
from privacy.policy.vocabulary import Basis, Switch, switch_for

MARK = 12  # characters of a hash: enough to tell a text from every other that a page may have shown


@dataclass(frozen=True, slots=True)
class NoticeMark:
    """Which text was shown: its hash and its language."""

    digest: str
    language: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One purpose of one version."""

    code: str
    basis: Basis
    message_class: str
    channels: tuple[str, ...]
    valid_days: int | None
    effective_on: dt.date
    main_language: str
    notices: Mapping[str, NoticeMark]
    stale_before: dt.date | None = None

    @property
    def switch(self) -> Switch:
        return switch_for(self.basis)

    def notice(self, language: str) -> NoticeMark:
        """The notice in this language, else in the version's main one, as pages show it."""
        found = self.notices.get(language) or self.notices.get(self.main_language)
        if found is None:
            raise NotFound("There is no notice for this purpose.")
        return found

    def mark(self, language: str) -> str:
        """What a page sends back with a yes, to say what was read: the text, and the terms since when it asks anew."""
        since = f"-{self.stale_before:%Y%m%d}" if self.stale_before else ""
        return f"{self.notice(language).digest[:MARK]}{since}"


@lru_cache(maxsize=8)
def wordings_of(version_id: uuid.UUID) -> Mapping[str, Wording]:
    """Every purpose of a version by its code."""
    version = PolicyVersion.objects.only("effective_on", "language").get(pk=version_id)
    notices: dict[uuid.UUID, dict[str, NoticeMark]] = {}
    for purpose, language, digest in Notice.objects.filter(version_id=version_id).values_list(
        "purpose_id", "language", "digest"
    ):
        notices.setdefault(purpose, {})[language] = NoticeMark(digest, language)
    return {
        row.code: Wording(
            code=row.code,
            basis=Basis(row.basis),
            message_class=row.message_class,
            channels=tuple(row.channels),
            valid_days=row.valid_days,
            effective_on=version.effective_on,
            main_language=version.language,
            notices=notices.get(row.pk, {}),
            stale_before=row.stale_before,
        )
        for row in Purpose.objects.filter(version_id=version_id)
    }


def wording(version_id: uuid.UUID | None, code: str) -> Wording:
    """One purpose of the version in force. NotFound without a policy, InvalidInput(purpose) where legal has not
    published it (promise S36)."""
    if version_id is None:
        raise NotFound("No policy is in force. Load one with `manage.py load_policy FILE`.")
    found = wordings_of(version_id).get(code)
    if found is None:
        raise InvalidInput("This purpose is not in the published policy.", field="purpose", code="unknown_purpose")
    return found
