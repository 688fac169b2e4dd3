"""Which unsalted hashes are those of identifiers that a database holds.

Its identity columns are read, page by page, and compared as they pass. Nothing is kept, and no index is made.
"""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa

from privacy.connectors.database import read_pages, table_of
from privacy.connectors.systems import MappedSystem
from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import normalize

ALGORITHMS = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5}


def recognize(system: MappedSystem, kind: str, algorithm: str, digests: Sequence[str]) -> dict[str, str]:
    """Hash → the normalized identifier, for each of these hashes that one has. Reads whole columns."""
    wanted, found = set(digests), dict[str, str]()
    with system.database.connect() as connection:
        for name, collection in system.datamap.collections.items():
            columns = [column for column, its in collection.identities.items() if its == kind]
            if not columns:
                continue
            table = table_of(name, sorted({*system.keys[name], *columns}))
            for page in read_pages(connection, table, system.keys[name], sa.true()):
                for row in page:
                    for column in columns:
                        _compare(kind, algorithm, row[column], wanted, found)
                if len(found) == len(wanted):
                    return found
    return found


def _compare(kind: str, algorithm: str, value: object, wanted: set[str], found: dict[str, str]) -> None:
    try:
        normal = normalize(kind, str(value)) if value is not None else ""
    except InvalidInput:
        return
    digest = ALGORITHMS[algorithm](normal.encode(), usedforsecurity=False).hexdigest()
    if normal and digest in wanted:
        found[digest] = normal
