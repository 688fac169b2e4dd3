"""Draft a data map from a live schema: keys and links as the database has them, categories as guesses."""

import re
from typing import Any

from privacy.connectors.database import Database

GUESSES = (
    (r"pass(word|wd)|secret|token|hash$", "user.authorization.credentials"),
    (r"e_?mail", "user.contact.email"),
    (r"phone|mobile|tel(ephone)?$", "user.contact.phone_number"),
    (r"fax", "user.contact.fax_number"),
    (r"(first|given)_?name", "user.name.first"),
    (r"(last|family|sur)_?name", "user.name.last"),
    (r"(full|display|user|ship|bill\w*)_?name|^name$", "user.name"),
    (r"street|address", "user.contact.address.street"),
    (r"zip|post(al)?_?code", "user.contact.address.postal_code"),
    (r"city|town", "user.contact.address.city"),
    (r"country", "user.contact.address.country"),
    (r"birth|dob$", "user.demographic.date_of_birth"),
    (r"(^|_)ip(_|$)|ip_?address", "user.device.ip_address"),
)
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
        fields = [_field(key, name, column, table.keys, links.get((name, column), [])) for column in table.columns]
        collections.append({"name": name, "fields": fields})
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


def _field(key: str, table: str, column: str, keys: tuple[str, ...], links: list[tuple[str, str]]) -> dict[str, Any]:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column).lower()
    category = next((each for pattern, each in GUESSES if re.search(pattern, snake)), "system.operations")
    meta: dict[str, Any] = {}
    if column in keys:
        meta["primary_key"] = True
    if category == "user.contact.email" and PERSONS.search(table):
        meta["identity"] = "email"
    if links:
        meta["references"] = [
            {"dataset": key, "field": f"{target}.{there}", "direction": "from"} for target, there in links
        ]
        category = "system.operations"
    return {"name": column, "data_categories": [category], **({"fides_meta": meta} if meta else {})}
