"""Draft a data map from a live schema: keys and links as the database has them, categories as guesses."""

import re
from typing import Any

from privacy.connectors.database import Database
from privacy.connectors.dataset_format import CONFIRM
from privacy.connectors.live_schema import LiveColumn

LIKELY, PERHAPS = "likely", "perhaps"
GUESSES = (  # how a column's name reads, what it then holds, and how sure that is
    (r"pass(word|wd)|secret|token|hash$", "user.authorization.credentials", PERHAPS),
    (r"e_?mail", "user.contact.email", LIKELY),
    (r"phone|mobile|tel(ephone)?$", "user.contact.phone_number", LIKELY),
    (r"fax", "user.contact.fax_number", LIKELY),
    (r"(first|given)_?name", "user.name.first", LIKELY),
    (r"(last|family|sur)_?name", "user.name.last", LIKELY),
    (r"(full|display|user|ship|bill\w*)_?name", "user.name", LIKELY),
    (r"^name$", "user.name", PERHAPS),  # products have names, too
    (r"(^|_)ip(_|$)|ip_?address", "user.device.ip_address", LIKELY),
    (r"street|address", "user.contact.address.street", PERHAPS),
    (r"zip|post(al)?_?code", "user.contact.address.postal_code", LIKELY),
    (r"city|town", "user.contact.address.city", PERHAPS),
    (r"country", "user.contact.address.country", PERHAPS),
    (r"birth|dob$", "user.demographic.date_of_birth", LIKELY),
)
NOTHING_SAYS = "unsure: nothing in its name tells what people write there"
WHOSE = "whose data is it? give data_subjects: [customer] or [employee], and drop what leads from one person to another"
PERSONS = re.compile(r"customer|user|account|contact|person|client|member|lead|subscriber", re.IGNORECASE)


def draft_map(database: Database, *, key: str) -> dict[str, Any]:
    """A systems file as data, for a person to read and mend. Reads the schema only, never a row.

    An email column of a table about customers is taken for the identity; what no guess fits is
    `system.operations`, which an erasure leaves alone.
    """
    names = database.table_names()
    links: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for link in database.foreign_keys():
        targets = link.target_columns or database.describe([link.target])[link.target].keys
        for column, target in zip(link.columns, targets, strict=False):
            links.setdefault((link.table, column), []).append((link.target, target))
    collections = []
    for name, table in sorted(database.describe(names).items()):
        fields = [
            _field(key, name, each, table.keys, links.get((name, each.name), [])) for each in table.columns.values()
        ]
        is_personal = any(each["data_categories"][0].startswith("user") for each in fields)
        collections.append({"name": name, **({CONFIRM: WHOSE} if is_personal else {}), "fields": fields})
    dataset = {"fides_key": re.sub(r"[^a-zA-Z0-9_.-]", "_", key), "name": key, "collections": collections}
    return {
        "systems": [
            {
                "key": key,
                "url_env": f"{key.upper().replace('-', '_')}_URL",
                "dataset": dataset,
                "erase": {},
                "retain": [],
            }
        ]
    }


def _field(
    key: str, table: str, column: LiveColumn, keys: tuple[str, ...], links: list[tuple[str, str]]
) -> dict[str, Any]:
    """A column with the guess about it. What a guess is, and free text without one, is marked for a person."""
    category, confirm = _guess(column)
    meta: dict[str, Any] = {}
    if column.name in keys:
        meta["primary_key"] = True
    if category == "user.contact.email" and PERSONS.search(table):
        meta["identity"] = "email"
        confirm += f", and people are found by it because of the name of {table}"
    if links:
        meta["references"] = [
            {"dataset": key, "field": f"{target}.{there}", "direction": "from"} for target, there in links
        ]
        category, confirm = "system.operations", ""
    found: dict[str, Any] = {"name": column.name, "data_categories": [category]}
    return found | ({CONFIRM: confirm} if confirm else {}) | ({"fides_meta": meta} if meta else {})


def _guess(column: LiveColumn) -> tuple[str, str]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.name).lower()
    for pattern, category, how_sure in GUESSES:
        if match := re.search(pattern, snake):
            return category, f"{how_sure}: its name holds {match[0].strip('_')}"
    is_free = column.kind in (str, dict, list) and not column.choices
    return "system.operations", NOTHING_SAYS if is_free else ""
