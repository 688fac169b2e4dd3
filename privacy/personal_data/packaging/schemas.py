"""JSON schemas (draft 2020-12) of what stands in a package: of each table as it is, of the manifest, of the facts."""

from typing import Any

from privacy.personal_data.packaging.tables import Table

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TYPES = {bool: "boolean", int: "integer", float: "number", dict: "object", list: "array", type(None): "null"}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
COUNT = {"type": "integer", "minimum": 0}


def schema_of(table: Table) -> dict[str, Any]:
    """What each row of the table looks like. A column that every row has is required."""
    columns = {
        name: {"type": sorted({TYPES.get(kind, "string") for kind in kinds})} for name, kinds in table.columns.items()
    }
    return {
        "$schema": DRAFT,
        "title": f"{table.handler.system}: {table.name}",
        "type": "array",
        "items": {
            "type": "object",
            "properties": columns,
            "required": [name for name in columns if table.filled[name] == table.rows],
            "additionalProperties": False,
        },
    }


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_COLLECTION = _object(
    {"name": TEXT, "category": TEXT, "rows": COUNT, "portable_rows": COUNT, "left_out": {"type": "object"}},
    schema=TEXT,
    file=TEXT,
)
_SYSTEM = _object(
    {
        "system": TEXT,
        "handler": TEXT,
        "label": TEXT,
        "answered": {"type": "boolean"},
        "collections": _list(_COLLECTION),
    }
)
MANIFEST: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "The manifest of a package",
    **_object(
        {
            "format": {"const": "kept-access-package/1"},
            "created_at": TEXT,
            "contents": _list({"enum": ["access", "portability", "safeguards"]}),
            "complete": {"type": "boolean"},
            "rows": COUNT,
            "masked_values": COUNT,
            "systems": _list(_SYSTEM),
            "files": _list(_object({"path": TEXT, "sha256": HASH, "bytes": COUNT})),
            "key": TEXT,
            "public_key": TEXT,
            "signature": TEXT,
        },
        review=_list({"type": "object"}),
    ),
}
INFORMATION: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "What Article 15 GDPR asks to be told with a copy",
    **_object(
        {
            "format": {"const": "kept-article-15/1"},
            "controller": TEXT,
            "policy_on": {"type": ["string", "null"]},
            "contacts": _list(_object({"label": TEXT, "address": TEXT})),
            "categories": _list(
                _object(
                    {
                        "held": {"type": "boolean"},
                        **dict.fromkeys(("code", "label", "description"), TEXT),
                        **dict.fromkeys(("sources", "purposes", "recipients", "kept", "places"), TEXTS),
                    }
                )
            ),
            "recipients": _list(
                _object(
                    {
                        **dict.fromkeys(("code", "label", "role", "country"), TEXT),
                        "companies": TEXTS,
                        "safeguards": TEXTS,
                        "received": COUNT,
                    }
                )
            ),
            "disclosures": _list(
                _object(
                    {
                        **dict.fromkeys(("recipient", "purpose", "first_on", "last_on"), TEXT),
                        "categories": TEXTS,
                        "times": COUNT,
                    }
                )
            ),
            "origins": _list(
                _object(
                    {
                        **dict.fromkeys(("name", "category", "source", "first_on", "last_on"), TEXT),
                        "times": COUNT,
                    }
                )
            ),
            "rights": _list(_object({"label": TEXT, "summary": TEXT})),
            "complaint": TEXTS,
            "automated_decisions": _list(_object({"label": TEXT, "logic": TEXT, "consequence": TEXT, "taken": COUNT})),
            "documents": _list(_object({"title": TEXT, "version": TEXT, "about": TEXT})),
        }
    ),
}
