"""Systems files in a few words, for tests: `{"orders": ["id!", "person_id > people.id", "text: user.content"]}`.

A field's name ends with `!` where it is a key and with `@` where it names people; `> table.column` is a reference
from there.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_systems(file: Path, url: str, collections: Mapping[str, Sequence[str]], **more: Any) -> Path:
    """The file of one system `club`."""
    dataset = {
        "fides_key": "club",
        "collections": [
            {"name": name, "fields": [_field(line) for line in lines]} for name, lines in collections.items()
        ],
    }
    file.write_text(json.dumps({"systems": [{"key": "club", "url": url, "dataset": dataset, **more}]}))
    return file


def _field(line: str) -> dict[str, Any]:
    line, _, target = line.partition(" > ")
    name, _, category = line.partition(": ")
    meta: dict[str, Any] = {}
    if name.endswith("!"):
        meta["primary_key"] = True
    if name.endswith("@"):
        meta["identity"], category = "email", "user.contact.email"
    if target:
        meta["references"] = [{"dataset": "club", "field": target, "direction": "from"}]
    return {"name": name.rstrip("!@"), "data_categories": [category or "system.operations"], "fides_meta": meta}
