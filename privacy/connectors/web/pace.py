"""The pace of a service, which all processes and machines keep together.

One row for each system says from when on it may be called again. One statement takes the next place and moves it on,
so no two take the same. Nobody holds anything while they wait: who is killed leaves one place empty.
"""

import time

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections

from privacy.connectors.models import ServicePace

TABLE = ServicePace._meta.db_table
# On several machines the database's clock counts; SQLite has one machine only.
CLOCKS = {"postgresql": "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"}
TAKE = f"""INSERT INTO {TABLE} (key, free_at) VALUES (%(key)s, {{now}} + %(pause)s)
ON CONFLICT (key) DO UPDATE
SET free_at = CASE WHEN {TABLE}.free_at > {{now}} THEN {TABLE}.free_at ELSE {{now}} END + %(pause)s
RETURNING free_at - %(pause)s - {{now}}"""  # noqa: S608 - a name of ours
HOLD = f"""UPDATE {TABLE} SET free_at = {{now}} + %(pause)s
WHERE key = %(key)s AND free_at < {{now}} + %(pause)s"""  # noqa: S608 - a name of ours


class SharedPace:
    """The pace of one system. Within a transaction nothing is shared: the row would stay locked for as long as it
    lasts. There, and where the database does not answer, the caller keeps a pace of its own only."""

    def __init__(self, key: str) -> None:
        self._key = key

    def take(self, pause: float) -> float:
        """Take the next place; how many seconds until then."""
        row = self._run(TAKE, pause)
        return max(0.0, float(row)) if row is not None else 0.0

    def hold_off(self, seconds: float) -> None:
        """The service asked to be left alone for as long: by everybody."""
        self._run(HOLD, seconds)

    def _run(self, sql: str, pause: float) -> float | None:
        if connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return None
        now = CLOCKS.get(connection.vendor, "%(now)s")
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql.format(now=now), {"key": self._key, "pause": pause, "now": time.time()})
                return cursor.fetchone()[0] if cursor.description else None
        except DatabaseError:
            return None
