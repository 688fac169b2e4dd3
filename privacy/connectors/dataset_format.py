"""What a data map says beyond its model: unknown keys, doubled meta blocks, and categories that nobody knows.

Nothing that a map says is dropped in silence: an unknown key is kept and reported by its place, and what could
lead an erasure past personal data is refused.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from privacy.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from pydantic import BaseModel

CONFIRM = "confirm"  # marks what a draft guessed: a person decides, and takes the mark away
SHOWN = 5  # unconfirmed places that a refusal lists
KEPT = "kept"  # under which the stored form holds the unknown keys and the sentences about categories


def extras(data: Mapping[str, Any]) -> dict[str, Any]:
    """What `KEPT` holds for a map as it was written; empty where the format knows every word.

    Raises InvalidInput(dataset) for two meta blocks at one place, and for a category outside `user` and `system`.
    """
    from fideslang.default_taxonomy import DEFAULT_TAXONOMY  # noqa: PLC0415 - takes as long as the models
    from fideslang.models import (  # noqa: PLC0415
        CollectionMeta,
        Dataset,
        DatasetCollection,
        DatasetField,
        DatasetMetadata,
        FidesMeta,
    )

    require_confirmed(data)
    categories = {str(each.fides_key) for each in DEFAULT_TAXONOMY.data_category or []}
    unknown: dict[str, Any] = {}
    notes: dict[str, None] = {}
    for place, level, part in _parts(data):
        models: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {
            "dataset": (Dataset, DatasetMetadata),
            "collection": (DatasetCollection, CollectionMeta),
            "field": (DatasetField, FidesMeta),
        }
        model, meta_model = models[level]
        if part.get("fides_meta") and part.get("fidesops_meta"):
            raise InvalidInput(f"{place}: give fides_meta or fidesops_meta, not both.", field="dataset")
        known = {*model.model_fields, "fidesops_meta"}
        unknown |= {f"{place}.{key}": part[key] for key in part if key not in known}
        meta = part.get("fides_meta") or part.get("fidesops_meta") or {}
        if isinstance(meta, Mapping):
            unknown |= {f"{place}.fides_meta.{key}": meta[key] for key in meta if key not in meta_model.model_fields}
        for category in part.get("data_categories") or []:
            if note := _about_category(place, str(category), categories):
                notes[note] = None
    found: dict[str, Any] = {"unknown": unknown, "notes": list(notes)}
    return {name: value for name, value in found.items() if value}


def require_confirmed(data: Mapping[str, Any]) -> None:
    """Raise InvalidInput(dataset) for a draft whose guesses nobody has confirmed; it names the places."""
    open_places = [f"{place} ({part[CONFIRM]})" for place, _, part in _parts(data) if CONFIRM in part]
    if open_places:
        more = f", and {len(open_places) - SHOWN} more" if len(open_places) > SHOWN else ""
        raise InvalidInput(
            f"{len(open_places)} guesses of the draft are not confirmed: {'; '.join(open_places[:SHOWN])}{more}. "
            f"Mend what is wrong there, and delete each `{CONFIRM}:` that you have decided.",
            field="dataset",
        )


def _about_category(place: str, category: str, known: Collection[str]) -> str:
    """A sentence about a category that is not in the taxonomy; empty for one that is."""
    if category in known:
        return ""
    near = difflib.get_close_matches(category, known, n=1)
    guess = f" Did you mean {near[0]}?" if near else ""
    root = category.split(".", maxsplit=1)[0]
    if root not in {"user", "system"}:
        raise InvalidInput(
            f"{place}: {category} is no data category, and nobody can say whether it is about people: "
            f"begin it with user or system.{guess}",
            field="dataset",
        )
    return f"{place}: {category} is not in the taxonomy and is treated like {root}.{guess}"


def _parts(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Place, level and content of every part that has keys of its own, outer ones first."""
    yield str(data.get("fides_key") or "the dataset"), "dataset", data
    for collection in _maps(data.get("collections")):
        name = str(collection.get("name"))
        yield name, "collection", collection
        yield from _fields(name, collection)


def _fields(place: str, owner: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for one in _maps(owner.get("fields")):
        name = f"{place}.{one.get('name')}"
        yield name, "field", one
        yield from _fields(name, one)


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else []) if isinstance(each, Mapping))
