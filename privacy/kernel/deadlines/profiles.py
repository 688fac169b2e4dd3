"""The laws as dated data: how long, counted how, paused by what, extended how far.

Sources stand beside each profile. What no rule here names is an error, never a guess.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from privacy.kernel.errors import InvalidInput

Unit = Literal["month", "day", "business_day"]
Roll = Literal["none", "weekend", "sunday"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One clock. `number` of `unit` from the start.

    `roll`: a last day on a weekend or holiday ("weekend"), or on a Sunday or holiday ("sunday"), moves to
    the next working day. `identity`: asking who asks suspends the clock, restarts it, or does nothing.
    `is_paused_by_clarification`. `fee`: the clock starts when it is paid, or ten days after it is told.
    `extended`: the whole period with a lawful extension, in `unit`s; 0 where there is no extension.
    `readings`: other defensible ways to count, for `safe_on`.
    """

    number: int
    unit: Unit = "day"
    roll: Roll = "none"
    identity: Literal["none", "suspend", "restart"] = "none"
    is_paused_by_clarification: bool = False
    fee: Literal["none", "restart", "reflection"] = "none"
    extended: int = 0
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A regime: `respond` is the rule of every right in `rights` without a rule of its own. `sources` are where
    its periods were read."""

    code: str
    effective_from: dt.date
    law: str
    rights: frozenset[str]
    respond: Rule | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        return f"{self.code}@{self.effective_from}"

    def rule(self, kind: str) -> Rule:
        """The rule of a right or a sub-clock ("access", "access/extension_notice"); InvalidInput if none."""
        right, _, sub = kind.partition("/")
        found = self.rules.get(kind) or self.rules.get(f"*/{sub}" if sub and right != "appeal" else "")
        if found is None and "/" not in kind and kind in self.rights:
            found = self.respond
        if found is None:
            raise InvalidInput(f"{self.code} has no period for {kind}.", field="type")
        return found


PROMISE = "PROMISE"  # no law: what the policy says is all that counts

_ALL = frozenset(
    {
        *("access", "rectification", "erasure", "portability", "restriction", "objection", "objection_marketing"),
        *("consent_withdrawal", "question", "complaint_answer"),
    }
)
_US = frozenset({"access", "know", "delete", "erasure", "correct", "rectification", "portability"})

_EU = Rule(1, "month", "weekend", "suspend", True, extended=3, readings=("restart", "no_clarification_pause"))
_UK = Rule(1, "month", "weekend", "restart", True, "restart", 3, ("day_before",))
_PIPEDA = Rule(30, roll="sunday", extended=60)
_STATE = Rule(45, extended=90)
_CCPA = Rule(45, extended=90, readings=("day_before",))


def _unextended(rule: Rule) -> Rule:
    """The period in which an extension must be told, or a refusal: that of the answer, never extended."""
    return replace(rule, extended=0)


def _state(code: str, *, appeal: Rule | None, respond: Rule = _STATE, **more: Rule) -> Profile:
    rules = {"*/extension_notice": _unextended(respond), **({"appeal": appeal} if appeal else {}), **more}
    if appeal and appeal.extended:
        rules["appeal/extension_notice"] = _unextended(appeal)
    return Profile(f"US-{code}", dt.date(2026, 1, 1), f"privacy act of {code}", _US, respond, rules)


_APPEAL_60, _APPEAL_45, _APPEAL_45_60 = Rule(60), Rule(45), Rule(45, extended=105)
_PROFILES = [
    Profile(
        "EU-GDPR",
        dt.date(2018, 5, 25),
        "GDPR Art. 12(3), Reg. (EEC) 1182/71, EDPB Guidelines 01/2022",
        _ALL,
        _EU,
        {"*/extension_notice": _unextended(_EU), "*/refusal": _unextended(_EU)},
    ),
    Profile(
        "UK-GDPR",
        dt.date(2026, 2, 5),
        "UK GDPR Art. 12 and 12A (Data (Use and Access) Act 2025, s.76), DPA 2018 s.164A",
        _ALL,
        _UK,
        {
            "*/extension_notice": _unextended(_UK),
            "*/refusal": _unextended(_UK),
            "complaint/ack": Rule(30, roll="weekend"),
        },
    ),
    Profile("CH-FADP", dt.date(2023, 9, 1), "FADP Art. 25(7), DPO Art. 18-19", _ALL, Rule(30, fee="reflection")),
    Profile(
        "CA-PIPEDA",
        dt.date(2001, 1, 1),
        "PIPEDA s.8(3)-(7), Interpretation Act s.26, s.35",
        _ALL,
        _PIPEDA,
        {"*/extension_notice": _unextended(_PIPEDA)},
    ),
    Profile("CA-QC-LAW25", dt.date(2023, 9, 22), "CQLR P-39.1 s.32", _ALL, Rule(30)),
    Profile("BR-LGPD", dt.date(2021, 8, 1), "LGPD Art. 19; Res. CD/ANPD 2/2022", _ALL, Rule(15)),
    Profile("AU-APP", dt.date(2014, 3, 12), "APP 12 and 13; OAIC guidance", _ALL, Rule(30)),
    Profile("NZ-PA", dt.date(2020, 12, 1), "Privacy Act 2020, s.44", _ALL, Rule(20, "business_day")),
    Profile("IN-DPDP", dt.date(2027, 5, 13), "DPDP Rules 2025, r.14(3)", frozenset(), None, {"grievance": Rule(90)}),
    Profile(
        "US-CA-CCPA",
        dt.date(2026, 1, 1),
        "11 CCR 7021, 7026-7028",
        _US,
        _CCPA,
        {
            # 7021(a): for know, delete and correct; an opt-out needs no confirmation
            **{f"{right}/ack": Rule(10, "business_day") for right in sorted(_US)},
            "*/extension_notice": _unextended(_CCPA),
            "optout": Rule(15, "business_day"),
            "limit": Rule(15, "business_day"),
            "optout/reask_not_before": Rule(12, "month"),
            "limit/reask_not_before": Rule(12, "month"),  # Civ. Code 1798.135(c)(4) names both
        },
    ),
    Profile(
        "US-CA-DROP",
        dt.date(2026, 8, 1),
        "California Delete Act",
        frozenset(),
        None,
        {"download": Rule(45), "process": Rule(45)},
    ),
    *(_state(code, appeal=_APPEAL_60) for code in ("VA", "CT", "TX", "MT", "DE", "NH", "NE", "TN", "IN", "KY", "MD")),
    _state("RI", appeal=_APPEAL_60, consent_revocation=Rule(15)),
    *(_state(code, appeal=_APPEAL_45) for code in ("OR", "NJ")),
    *(_state(code, appeal=_APPEAL_45_60) for code in ("CO", "MN")),
    _state("UT", appeal=None),
    _state("IA", appeal=_APPEAL_60, respond=Rule(90, extended=135)),
    _state("FL", appeal=_APPEAL_60, respond=Rule(45, extended=60), **{"*/compliance_notice": Rule(60)}),
]
_PROFILES.append(
    Profile(PROMISE, dt.date(2018, 5, 15), "our published promise, where no law names a period", _ALL, Rule(30))
)
_TRACKER = (
    "https://www.mayerbrown.com/es/insights/resource-centers/cybersecurity-and-data-privacy-resource-center/"
    "state-privacy-law-tracker"
)
_SOURCES: dict[str, tuple[str, ...]] = {
    "EU-GDPR": (
        "https://gdprhub.eu/index.php?title=Article_12_GDPR",
        "http://data.europa.eu/eli/reg/1971/1182/oj",
        "https://overview.legal/posts/38055",
    ),
    "UK-GDPR": (
        "https://www.legislation.gov.uk/ukpga/2018/12/section/54",
        "https://complaintsdesk.pages.dev/duaa-complaints-procedure",
    ),
    "CA-PIPEDA": ("https://proteuscyber.com/privacy-database/pipeda-8", "https://lawi.ca/time-computation"),
    "US-CA-CCPA": ("https://advisori.com/cpra/",),
    "US-IA": ("https://law.counselstack.com/statute/ia/715D.3",),
    "US-FL": ("https://lawserver.com/law/state/florida/statutes/florida_statutes_501-706",),
    "US-MN": ("https://www.ag.state.mn.us/Data-Privacy/Business/Controller/Structural-Obligations.asp",),
    "BR-LGPD": ("https://lgpd-brazil.info/chapter_03/article_19",),
    "AU-APP": ("https://privacy108.com.au/insights/responding-to-access-requests",),
    "IN-DPDP": ("https://lexwitness.com/?p=45403",),
}
PROFILES: dict[str, Profile] = {
    profile.code: replace(profile, sources=_SOURCES.get(profile.code, (_TRACKER,) if profile.respond == _STATE else ()))
    for profile in _PROFILES
}


def profile(code: str) -> Profile:
    """The profile; InvalidInput where there is none."""
    if code not in PROFILES:
        raise InvalidInput(f"There is no profile {code}. Known: {', '.join(sorted(PROFILES))}.", field="profile")
    return PROFILES[code]
