"""Where people live, and the law and calendar that answer them there. A dated table; pure.

A region stands for itself and says since when its law holds; where there is none, or it is still to come, the
installation's own law counts alone. Calendars are those of the golden cases: a US state, Switzerland and Québec
move no day for a weekend, which is the earlier date. Sources stand with the profiles.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import get_language, gettext

from privacy.kernel.countries import country_in
from privacy.kernel.deadlines.calendars import NONE
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.kernel.errors import InvalidInput
from privacy.kernel.languages import MAIN

ELSEWHERE = "ZZ"
_GDPR, _EEA = dt.date(2018, 5, 25), dt.date(2018, 7, 20)
_UK = dt.date(2018, 5, 25)


@dataclass(frozen=True, slots=True)
class Region:
    """A country, or a part of one with a law or holidays of its own. `profile` is empty where no law that we
    know of gives a time; `since` is the first day of receipt that it answers."""

    code: str
    name: str
    group: str
    profile: str = ""
    calendar: str = NONE
    since: dt.date = dt.date.min

    def law_on(self, received_on: dt.date) -> str:
        """The profile that answers a request received on that day; empty where none does."""
        return self.profile if self.profile and received_on >= self.since else ""


def _names(text: str) -> dict[str, str]:
    """Code → name, from “AT Austria, BE Belgium”."""
    return {part[:2]: part[3:] for part in text.split(", ")}


OWN_WORDS = frozenset({"European Union and EEA", "Elsewhere", "United Kingdom, another part", "Another country"})
OWN_WORDS |= {"England", "Wales", "Scotland", "Northern Ireland"}
EUROPE, UK, USA, CANADA, WORLD = "European Union and EEA", "United Kingdom", "United States", "Canada", "Elsewhere"

_EU_STATES = _names(
    "AT Austria, BE Belgium, BG Bulgaria, HR Croatia, CY Cyprus, CZ Czechia, DK Denmark, EE Estonia, "
    "FI Finland, FR France, DE Germany, GR Greece, HU Hungary, IE Ireland, IT Italy, LV Latvia, "
    "LT Lithuania, LU Luxembourg, MT Malta, NL Netherlands, PL Poland, PT Portugal, RO Romania, "
    "SK Slovakia, SI Slovenia, ES Spain, SE Sweden"
)
_EEA_STATES = _names("IS Iceland, LI Liechtenstein, NO Norway")
# Wales has the bank holidays of England; who names no part gets the one that never moves a day.
_UK_PARTS = {
    "GB-ENG": ("England", "GB-ENG"),
    "GB-WLS": ("Wales", "GB-ENG"),
    "GB-SCT": ("Scotland", "GB-SCT"),
    "GB-NIR": ("Northern Ireland", "GB-NIR"),
    "GB": ("United Kingdom, another part", NONE),
}
_STATES = _names(
    "AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, "
    "DE Delaware, DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, "
    "IN Indiana, IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, "
    "MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, "
    "NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York, NC North Carolina, ND North Dakota, "
    "OH Ohio, OK Oklahoma, OR Oregon, PA Pennsylvania, RI Rhode Island, SC South Carolina, "
    "SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont, VA Virginia, WA Washington, "
    "WV West Virginia, WI Wisconsin, WY Wyoming"
)
# Since when a state's act gives people rights against a company; new ones arrive yearly.
_STATE_ACTS = {
    "CA": dt.date(2020, 1, 1),
    "VA": dt.date(2023, 1, 1),
    "CO": dt.date(2023, 7, 1),
    "CT": dt.date(2023, 7, 1),
    "UT": dt.date(2023, 12, 31),
    "FL": dt.date(2024, 7, 1),
    "OR": dt.date(2024, 7, 1),
    "TX": dt.date(2024, 7, 1),
    "MT": dt.date(2024, 10, 1),
    "DE": dt.date(2025, 1, 1),
    "IA": dt.date(2025, 1, 1),
    "NE": dt.date(2025, 1, 1),
    "NH": dt.date(2025, 1, 1),
    "NJ": dt.date(2025, 1, 15),
    "TN": dt.date(2025, 7, 1),
    "MN": dt.date(2025, 7, 31),
    "MD": dt.date(2025, 10, 1),
    "IN": dt.date(2026, 1, 1),
    "KY": dt.date(2026, 1, 1),
    "RI": dt.date(2026, 1, 1),
}
# Alberta and British Columbia have acts of their own with longer times; the federal thirty days are the earlier.
_PROVINCES = _names(
    "AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, "
    "NT Northwest Territories, NS Nova Scotia, NU Nunavut, ON Ontario, PE Prince Edward Island, "
    "QC Québec, SK Saskatchewan, YT Yukon"
)
_WORLD = [
    Region("AU", "Australia", WORLD, "AU-APP", NONE, dt.date(2014, 3, 12)),
    Region("BR", "Brazil", WORLD, "BR-LGPD", NONE, dt.date(2020, 9, 18)),
    Region("CH", "Switzerland", WORLD, "CH-FADP", NONE, dt.date(2023, 9, 1)),
    Region("IN", "India", WORLD, "IN-DPDP", NONE, dt.date(2027, 5, 13)),
    Region("NZ", "New Zealand", WORLD, "NZ-PA", "NZ-PA", dt.date(2020, 12, 1)),
    Region(ELSEWHERE, "Another country", WORLD),
]


def _state(code: str, name: str) -> Region:
    profile = "US-CA-CCPA" if code == "CA" else f"US-{code}"
    if code not in _STATE_ACTS:
        return Region(f"US-{code}", name, USA)
    # Only California counts in working days, so only there a calendar says anything.
    return Region(f"US-{code}", name, USA, profile, "US-FED" if code == "CA" else NONE, _STATE_ACTS[code])


def _province(code: str, name: str) -> Region:
    if code == "QC":
        return Region("CA-QC", name, CANADA, "CA-QC-LAW25", NONE, dt.date(2023, 9, 22))
    return Region(f"CA-{code}", name, CANADA, "CA-PIPEDA", "CA-FED", dt.date(2001, 1, 1))


REGIONS: dict[str, Region] = {
    region.code: region
    for region in [
        *(Region(code, name, EUROPE, "EU-GDPR", code, _GDPR) for code, name in _EU_STATES.items()),
        *(Region(code, name, EUROPE, "EU-GDPR", code, _EEA) for code, name in _EEA_STATES.items()),
        *(Region(code, name, UK, "UK-GDPR", calendar, _UK) for code, (name, calendar) in _UK_PARTS.items()),
        *(_state(code, name) for code, name in _STATES.items()),
        *(_province(code, name) for code, name in _PROVINCES.items()),
        *_WORLD,
    ]
}


def check_region(code: str) -> str:
    """The code as the table has it; empty stays empty. InvalidInput(region) for one that is not there."""
    if code and code not in REGIONS:
        raise InvalidInput("Choose from the list where the person lives.", field="region")
    return code


def region_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """The list of a form: nothing said first, then by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for region in REGIONS.values():
        groups.setdefault(_spoken(region.group), []).append((region.code, _spoken(region.name)))
    return [("", gettext("I would rather not say")), *groups.items()]


def _spoken(name: str) -> str:
    """In the reader's language: countries by CLDR, our own words by the catalog, states and provinces as they are."""
    return gettext(name) if name in OWN_WORDS else country_in(get_language() or MAIN, name)


def profiles_without_a_region() -> set[str]:
    """Laws that no place of residence leads to: they are named in the settings, or by a door of their own."""
    return set(PROFILES) - {region.profile for region in REGIONS.values()}
