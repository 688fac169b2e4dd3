"""What the banner asks for, and how this browser has answered."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from consent.columns import standing_of
from consent.models import Preference
from consent.rules import LOW, Standing, Terms, decide
from consent.signals.rules import against
from consent.signals.standing import allowed_in_view, signals_on_record
from consent.terms import terms_in_force
from privacy.personal_data.selectors import alias_set
from privacy.policy.selectors import current_version
from privacy.policy.texts import texts_of
from privacy.policy.vocabulary import Channel, Switch


@dataclass(frozen=True, slots=True)
class Asked:
    """One purpose on the banner. `denied_by`: the honored signals that would switch it off, whether they are
    there or not; the script knows of some that no header carries."""

    code: str
    label: str
    text: str
    is_allowed: bool
    may_ask: bool
    denied_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BannerState:
    purposes: tuple[Asked, ...]
    signals: tuple[str, ...]  # of this request and on record, as far as they deny any of the purposes

    @property
    def is_open(self) -> bool:
        """Whether there is anything to ask now."""
        return any(one.may_ask for one in self.purposes)

    def allowed(self) -> dict[str, bool]:
        return {one.code: one.is_allowed for one in self.purposes}


def banner_terms() -> dict[str, Terms]:
    """What a site needs leave for before it may do it in a browser: consent purposes that use the web."""
    rows = terms_in_force().items()
    return {code: one for code, one in rows if one.switch is Switch.CONSENT and Channel.WEB in one.channels}


def banner_state(
    subject_id: uuid.UUID | None, signals: Collection[str], *, language: str, region: str, now: dt.datetime
) -> BannerState:
    """For one browser (None: it has made no choice yet) with the signals that it sends now."""
    terms = banner_terms()
    members = alias_set(subject_id) if subject_id else ()
    standings = _standings(members, terms)
    seen = set(signals) | (signals_on_record(members) if members else set())
    in_view = {signal: allowed_in_view(members, terms, [signal]) for signal in seen} if members else {}
    texts = texts_of(current_version(), language).purposes if terms else {}
    purposes = []
    for code, one in terms.items():
        denied_by = tuple(signal for signal in one.denied_by if code not in in_view.get(signal, ()))
        is_denied = bool(set(against(one, seen)) & set(denied_by))
        mine = standings.get(code, [])
        allowed = decide(one, mine, channel=Channel.WEB, now=now).allowed and not is_denied
        may_ask = not allowed and not is_denied and _may_ask(mine, region, now)
        purposes.append(Asked(code, str(texts[code].label), str(texts[code].notice), allowed, may_ask, denied_by))
    return BannerState(tuple(purposes), tuple(sorted(seen)))


def _standings(members: tuple[uuid.UUID, ...], terms: Mapping[str, Terms]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for row in Preference.objects.filter(subject_id__in=members, purpose__in=terms) if members else ():
        found.setdefault(row.purpose, []).append(standing_of(row))
    return found


def _may_ask(mine: list[Standing], region: str, now: dt.datetime) -> bool:
    """Not again for half a year after a no, a year in California."""
    wait = dt.timedelta(days=366 if region == "US-CA" else 184)
    refused = [one for one in mine if one.status in LOW]
    return not any(one.changed_at + wait > now for one in refused)
