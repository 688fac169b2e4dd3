"""Whom a person may complain to: a dated register by country and state, which an installation can add to.

A letter names the authority of the place that the person named; else the one of the installation
(`KEPT_AUTHORITY`), else the one of the country whose calendar counts; else, under the GDPR, the list of all.
"""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from privacy.kernel.countries import EEA

REGISTER = Path(__file__).parent / "data" / "authorities.yaml"
LIST = "EU"
OF_REGIME = {
    "UK-GDPR": "GB",
    "CH-FADP": "CH",
    "CA-PIPEDA": "CA",
    "CA-QC-LAW25": "CA-QC",
    "BR-LGPD": "BR",
    "AU-APP": "AU",
    "NZ-PA": "NZ",
    "IN-DPDP": "IN",
    "US-CA-CCPA": "US-CA",
    "US-CA-DROP": "US-CA",
}
FIELDS = frozenset({"code", "name", "post", "web", "is_list"})


class BadRegister(ValueError):
    """The register cannot be used; the text names the row and the mend."""


@dataclass(frozen=True, slots=True)
class Authority:
    """`post` is empty where only the web site is known for certain. `is_list`: it names where to find the right one."""

    code: str
    name: str
    web: str
    post: str = ""
    is_list: bool = False

    @property
    def address(self) -> str:
        """Postal and web address in one line."""
        return " · ".join(each for each in (self.post, self.web) if each)


@dataclass(frozen=True, slots=True)
class Register:
    """`version`: the day on which the rows were put together."""

    version: str
    rows: dict[str, tuple[Authority, ...]]


def register() -> Register:
    """The register that ships, with the rows of the installation (`KEPT_AUTHORITIES`) in place of ours."""
    own = str(getattr(settings, "KEPT_AUTHORITIES", "") or "")
    return _register(own)


@functools.lru_cache(maxsize=4)
def _register(own: str) -> Register:
    ours = read_register(REGISTER)
    if not own:
        return ours
    theirs = read_register(Path(own))
    return Register(f"{ours.version}, with {theirs.version}", {**ours.rows, **theirs.rows})


def read_register(path: Path) -> Register:
    """A register file. BadRegister where a row is not whole or has fields that nobody reads."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        listed = content["authorities"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadRegister(f"{path.name}: cannot be read as a list of authorities ({type(error).__name__}).") from None
    rows: dict[str, list[Authority]] = {}
    for number, row in enumerate(listed, 1):
        found = _row(path.name, number, row)
        rows.setdefault(found.code, []).append(found)
    return Register(str(content.get("version", "")), {code: tuple(found) for code, found in rows.items()})


def _row(file: str, number: int, row: Any) -> Authority:
    if not isinstance(row, dict) or set(row) - FIELDS:
        raise BadRegister(f"{file}, row {number}: write code, name, web, and where it is known post.")
    missing = [name for name in ("code", "name", "web") if not row.get(name)]
    if missing:
        raise BadRegister(f"{file}, row {number}: {missing[0]} is missing.")
    if not str(row["web"]).startswith("https://"):
        raise BadRegister(f"{file}, row {number}: web must begin with https://.")
    is_list = row.get("is_list") is True
    return Authority(str(row["code"]), str(row["name"]), str(row["web"]), str(row.get("post", "")), is_list)


def authorities_for(*, regime: str, region: str = "") -> tuple[Authority, ...]:
    """Whom a letter under this law names, one or more; an empty tuple where nobody is known."""
    rows = register().rows
    if regime.startswith("US-") or regime in OF_REGIME:
        code = OF_REGIME.get(regime, regime)
        return rows.get(region if region.startswith(f"{code}-") else code) or rows.get(code) or _own()
    for code in (region, region.partition("-")[0]):
        if code in rows and (regime != "EU-GDPR" or code.partition("-")[0] in EEA):
            return rows[code]
    calendar = str(settings.KEPT_CALENDAR).partition("-")[0]
    return _own() or (rows.get(calendar, ()) if calendar in EEA else ()) or rows.get(LIST, ())


def _own() -> tuple[Authority, ...]:
    """The authority that the installation names: name; address; contact."""
    name, _, rest = str(settings.KEPT_AUTHORITY).partition(";")
    if not name.strip():
        return ()
    post, _, web = rest.partition(";")
    return (Authority("own", name.strip(), web.strip() or post.strip(), post.strip() if web.strip() else ""),)
