"""A long statement that is asked again and again: PostgreSQL plans it once for each connection.

To plan a question to seventy tables takes it many times as long as to answer it. SQLite's driver keeps what it
compiled by itself.
"""

import hashlib
import re
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

MARK = re.compile(r"%s|%%")


def fetch_planned(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a SELECT with marks (%s).

    Where connections are shared from one transaction to the next, nothing can be kept in them: an installation says so
    by DISABLE_SERVER_SIDE_CURSORS, as Django asks for.
    """
    here = connections[DEFAULT_DB_ALIAS]
    with here.cursor() as cursor:
        if here.vendor != "postgresql" or here.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
        name = f"kept_{hashlib.sha256(sql.encode()).hexdigest()[:32]}"
        known = _known_to(here)
        if name not in known:
            with here.wrap_database_errors, here.connection.cursor() as once:  # of the connection, not of this question
                once.execute(f"PREPARE {name} AS {_numbered(sql)}")
            known.add(name)
        cursor.execute(f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)
        return list(cursor.fetchall())


def _known_to(here: Any) -> set[str]:
    """What this connection has planned; a new one knows nothing."""
    connection, known = getattr(here, "kept_planned", (None, set()))
    if connection is not here.connection:
        known = set[str]()
        here.kept_planned = here.connection, known
    return known


def _numbered(sql: str) -> str:
    """The marks as PostgreSQL counts them."""
    number = count(1)
    return MARK.sub(lambda found: "%" if found[0] == "%%" else f"${next(number)}", sql)
