"""The file that `manage.py connect` reads: `systems:`, each with its key, and what its kind must be told: an SQL
database its url and its data map, a web service its options."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from privacy.connectors.database import clean_url
from privacy.connectors.datamaps import DataMap, read_map
from privacy.connectors.dataset_file import plain_dataset
from privacy.connectors.kinds import SQL, Connection, SystemKind, kind_of
from privacy.connectors.policies import Policies, parse_policies
from privacy.kernel.errors import InvalidInput

KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
KNOWN = {"key", "kind", "label", "place", "url", "url_env", "dataset", "erase", "retain"}
RESERVED = {"kept"}
LONGEST_PLACE = 80


@dataclass(frozen=True)
class SystemSpec:
    """One entry of the file, parsed. `dataset` and `policies` are JSON as they are stored."""

    key: str
    label: str
    url: str = field(repr=False)
    url_env: str
    dataset: str
    policies: str
    datamap: DataMap
    rules: Policies
    place: str = ""


@dataclass(frozen=True)
class WebSpec:
    """One entry of the file for a system that is no SQL database. `secrets` may name variables: NAME_env."""

    key: str
    label: str
    kind: SystemKind
    options: dict[str, str]
    secrets: dict[str, str] = field(repr=False)
    place: str = ""


def read_systems_file(path: Path) -> list[SystemSpec | WebSpec]:
    """Every system of a file. Raises InvalidInput that names the system and the mend."""
    data = _load_yaml(path, "the file")
    entries = data.get("systems") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InvalidInput("The file needs a list `systems:` with at least one entry.", field="systems")
    specs = []
    for number, entry in enumerate(entries, start=1):
        try:
            specs.append(_spec(entry, path.parent))
        except InvalidInput as error:
            name = entry.get("key") if isinstance(entry, dict) else None
            raise InvalidInput(f"System {name or number}: {error.message}", field=error.field) from None
    keys = [spec.key for spec in specs]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise InvalidInput(f"The key {min(twice)} stands twice: each system needs its own.", field="key")
    return specs


def _spec(entry: Any, base: Path) -> SystemSpec | WebSpec:
    if not isinstance(entry, dict):
        raise InvalidInput("An entry is a mapping with key, url or url_env, and dataset.", field="systems")
    if (code := str(entry.get("kind") or SQL)) != SQL:
        return _web_spec(entry, kind_of(code))
    if unknown := {str(each) for each in entry} - KNOWN:
        raise InvalidInput(
            f"The key word {min(unknown)} is not known: use {', '.join(sorted(KNOWN))}.", field="systems"
        )
    key = _key(entry)
    url, url_env = str(entry.get("url") or ""), str(entry.get("url_env") or "")
    if bool(url) == bool(url_env):
        raise InvalidInput("Give either url, or url_env with the name of a variable that holds it.", field="url")
    if url_env and not VARIABLE.fullmatch(url_env):
        raise InvalidInput("url_env is the name of an environment variable.", field="url_env")
    dataset = entry.get("dataset")
    if isinstance(dataset, str):
        dataset = _load_yaml(base / dataset, f"the dataset {dataset}")
    dataset = plain_dataset(dataset)
    datamap = read_map(dataset)
    policies = {"erase": entry.get("erase") or {}, "retain": entry.get("retain") or []}
    return SystemSpec(
        key=key,
        label=str(entry.get("label") or datamap.name or key)[:120],
        url=clean_url(url) if url else "",
        url_env=url_env,
        dataset=json.dumps(dataset, sort_keys=True),
        policies=json.dumps(policies, default=str, sort_keys=True),
        datamap=datamap,
        rules=parse_policies(policies, datamap),
        place=_place(entry),
    )


def _web_spec(entry: dict[str, Any], kind: SystemKind) -> WebSpec:
    """What a kind must be told. A secret stands in the file, or NAME_env says which variable holds it."""
    given = {str(name): "" if value is None else str(value) for name, value in entry.items()}
    key, label = _key(entry), given.pop("label", "")[:120] or kind.label
    given = {name: value for name, value in given.items() if name not in {"key", "kind", "place"}}
    secret = {option.name for option in kind.options if option.is_secret}
    secrets = {name: given.pop(name) for name in list(given) if name.removesuffix("_env") in secret}
    for name, value in secrets.items():
        if name not in secret and not VARIABLE.fullmatch(value):
            raise InvalidInput(f"{name} is the name of an environment variable.", field=name)
    kind.check(Connection(key, label, given, {name.removesuffix("_env"): value for name, value in secrets.items()}))
    return WebSpec(key, label, kind, given, secrets, _place(entry))


def _place(entry: dict[str, Any]) -> str:
    """The country in which a system keeps its data."""
    place = " ".join(str(entry.get("place") or "").split())
    if len(place) > LONGEST_PLACE or not place.isprintable():
        raise InvalidInput(f"place is the country of its data, in {LONGEST_PLACE} characters at most.", field="place")
    return place


def _key(entry: dict[str, Any]) -> str:
    key = str(entry.get("key") or "")
    if not KEY.fullmatch(key) or key in RESERVED:
        raise InvalidInput("Give a key of small letters, digits, - and _ (not `kept`).", field="key")
    return key


def _load_yaml(path: Path, what: str) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(
            f"{what} cannot be read ({type(error).__name__}): check its path.", field="dataset"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise InvalidInput(f"{what} is not YAML{place}.", field="dataset") from None
