"""What was worked out from a schema is used again as long as the schema is the same, and not a moment longer."""

import json
import sqlite3
from pathlib import Path

import pytest

from privacy.connectors.models import ConnectedSystem
from privacy.connectors.sources import mapped

DATASET = {
    "fides_key": "shop",
    "name": "Shop",
    "collections": [
        {
            "name": "customers",
            "fields": [
                {"name": "id", "data_categories": ["system"], "fides_meta": {"primary_key": True}},
                {"name": "email", "data_categories": ["user.contact.email"], "fides_meta": {"identity": "email"}},
            ],
        }
    ],
}


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE customers ADD COLUMN phone TEXT",
        "CREATE UNIQUE INDEX once ON customers (email)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id))",
    ],
)
def test_a_schema_that_changed_is_read_again(tmp_path: Path, change: str) -> None:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT)")
    row = ConnectedSystem(key="shop", label="Shop", url=f"sqlite:///{path}", dataset=json.dumps(DATASET), policies="{}")
    first = mapped(row)
    assert first.fingerprint and mapped(row) is first
    with sqlite3.connect(path) as shop:
        shop.execute(change)
    assert mapped(row) is not first
