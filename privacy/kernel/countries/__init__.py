"""Countries by their ISO 3166 codes, in the languages that people are spoken to in.

`names.json` holds what Unicode's CLDR calls them (LICENSE.unicode beside it), for the codes that come with the time
zones: `babel.Locale(language).territories` of Babel 2.19 wrote it, which nothing here needs to run.
"""

import functools
import json
from pathlib import Path

from privacy.kernel.languages import MAIN

EEA = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO".split()  # noqa: SIM905 - reads as a list of codes
)


@functools.lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
    return found


@functools.lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {name.casefold(): code for code, name in _names()[MAIN].items()}


def country_code(text: str) -> str:
    """The code of a country by its code or its name in the main language; empty for anything else."""
    upper = text.strip().upper()
    return upper if upper in _names()[MAIN] else _codes().get(text.strip().casefold(), "")


def country_names(language: str) -> dict[str, str]:
    """Code → name; in the main language where we do not speak the one asked for."""
    return _names().get(language) or _names()[MAIN]


def country_in(language: str, text: str) -> str:
    """A code or a name in the main language, as the reader calls it; anything else stays as it is."""
    names = country_names(language)
    return names.get(text) or names.get(_codes().get(text.casefold(), ""), text)
