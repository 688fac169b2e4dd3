"""The connected systems as handlers, made anew at each look: a system connected in another process counts at once."""

import json
import os
from functools import lru_cache

from privacy.connectors.database import Database, url_from
from privacy.connectors.datamaps import read_map
from privacy.connectors.kinds import SQL, Connection, kind_of
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.policies import parse_policies
from privacy.connectors.sql_handler import SqlHandler
from privacy.connectors.systems import MappedSystem
from privacy.personal_data.contract import Handler, HandlerUnavailable


def handler_of(row: ConnectedSystem) -> Handler:
    """Who answers for this system."""
    if row.kind == SQL:
        handler: Handler = SqlHandler(key=row.key, label=row.label, read=lambda: mapped(row))
    else:
        handler = kind_of(row.kind).handler(connection_of(row))
    handler.place = row.place
    return handler


def mapped(row: ConnectedSystem) -> MappedSystem:
    """The map of an SQL database on its live schema."""
    return _map_of(row.key, url_from(url=row.url, url_env=row.url_env), row.dataset, row.policies).on_live_schema()


class _Map:
    """A data map as it stands in its row, read once. What follows from the map and the schema together is kept as
    long as the schema, which is asked for at every look, is the same."""

    def __init__(self, key: str, url: str, dataset: str, policies: str) -> None:
        self._key, self._database = key, Database(url)
        self._datamap = read_map(json.loads(dataset))
        self._policies = parse_policies(json.loads(policies), self._datamap)
        self._latest: MappedSystem | None = None

    def on_live_schema(self) -> MappedSystem:
        """HandlerUnavailable where the database does not answer."""
        mark, latest = self._database.fingerprint(), self._latest
        if latest is not None and mark and latest.fingerprint == mark:
            return latest
        fresh = MappedSystem.read(self._key, self._database, self._datamap, self._policies, fingerprint=mark)
        self._latest = fresh
        return fresh


@lru_cache(maxsize=64)
def _map_of(key: str, url: str, dataset: str, policies: str) -> _Map:
    return _Map(key, url, dataset, policies)


def connection_of(row: ConnectedSystem) -> Connection:
    """What its kind must be told, secrets in clear: in memory only."""
    return Connection(row.key, row.label, json.loads(row.options), open_secrets(json.loads(row.secrets or "{}")))


def open_secrets(secrets: dict[str, str]) -> dict[str, str]:
    """The secrets themselves, where NAME_env only names the variable. HandlerUnavailable where that is not set."""
    found = {}
    for name, value in secrets.items():
        if name.endswith("_env"):
            if value not in os.environ:
                raise HandlerUnavailable(f"the variable of {name} is not set")
            found[name.removesuffix("_env")] = os.environ[value]
        else:
            found[name] = value
    return found
