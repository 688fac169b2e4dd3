"""The connected systems as handlers, made anew at each look: a system connected in another process counts at once."""

import json

from privacy.connectors.database import Database, url_from
from privacy.connectors.datamaps import read_map
from privacy.connectors.models import ConnectedSystem, SystemState
from privacy.connectors.policies import parse_policies
from privacy.connectors.sql_handler import SqlHandler
from privacy.connectors.systems import MappedSystem


def connected_handlers() -> list[SqlHandler]:
    """One handler for each connected system; nothing is opened yet."""
    rows = ConnectedSystem.objects.filter(state=SystemState.CONNECTED)
    return [_handler(row) for row in rows]


def _handler(row: ConnectedSystem) -> SqlHandler:
    def read() -> MappedSystem:
        datamap = read_map(json.loads(row.dataset))
        policies = parse_policies(json.loads(row.policies), datamap)
        return MappedSystem.read(row.key, Database(url_from(url=row.url, url_env=row.url_env)), datamap, policies)

    return SqlHandler(key=row.key, label=row.label, read=read)
