"""The users of a CRM, name → address, however many: looked up on disk, not held in memory."""

import sqlite3
from collections.abc import Iterable

CACHE_KIB = 4096
SETTINGS = (f"PRAGMA cache_size = -{CACHE_KIB}", "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")


class AddressBook:
    """Where a name stands twice, the later line counts. To be closed: then nothing of it is left."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._rows = sqlite3.connect("")  # a file without a name, which only this process sees
        for setting in SETTINGS:
            self._rows.execute(setting)
        self._rows.execute("CREATE TABLE addresses (name TEXT PRIMARY KEY, address TEXT) WITHOUT ROWID")
        try:
            self._rows.executemany("INSERT OR REPLACE INTO addresses VALUES (?, ?)", pairs)
        except BaseException:
            self.close()
            raise

    def __call__(self, name: str) -> str:
        """The address of a name; empty where it has none."""
        found = self._rows.execute("SELECT address FROM addresses WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def close(self) -> None:
        self._rows.close()
