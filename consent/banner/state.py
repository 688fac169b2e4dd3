"""What the banner asks for, and how this browser has answered."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from consent.asking import Question, answers
from consent.columns import standing_of
from consent.models import Preference
from consent.rules import Standing, Terms, decide
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
    question = Question(region=region, signals=frozenset(seen), channel=Channel.WEB, now=now)
    may_ask = answers(terms, standings, question)
    purposes = []
    for code, one in terms.items():
        denied_by = tuple(signal for signal in one.denied_by if code not in in_view.get(signal, ()))
        is_denied = bool(set(against(one, seen)) & set(denied_by))
        decision = decide(one, standings.get(code, []), channel=Channel.WEB, region=region, now=now)
        purposes.append(
            Asked(
                code=code,
                label=str(texts[code].label),
                text=str(texts[code].notice),
                is_allowed=decision.allowed and not is_denied,
                may_ask=may_ask[code].allowed and not is_denied,
                denied_by=denied_by,
            )
        )
    return BannerState(tuple(purposes), tuple(sorted(seen)))


def _standings(members: tuple[uuid.UUID, ...], terms: Mapping[str, Terms]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for row in Preference.objects.filter(subject_id__in=members, purpose__in=terms) if members else ():
        found.setdefault(row.purpose, []).append(standing_of(row))
    return found
