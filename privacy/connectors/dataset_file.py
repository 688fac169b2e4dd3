"""Check a data map as it was written: the fideslang dataset, by fideslang's own models.

They take as long to load as the rest of a command, so only connecting a system asks for them.
"""

from typing import Any

from privacy.connectors.dataset_format import KEPT, extras
from privacy.kernel.errors import InvalidInput


def plain_dataset(data: Any) -> dict[str, Any]:
    """A fideslang dataset, bare or under a top-level `dataset:` list, in the one plain form that is stored.

    Raises InvalidInput(field="dataset") that names the place and the mend.
    """
    from fideslang.models import Dataset  # noqa: PLC0415
    from pydantic import ValidationError  # noqa: PLC0415

    if isinstance(data, dict) and "dataset" in data:
        data = data["dataset"]
    if isinstance(data, list):
        if len(data) != 1:
            raise InvalidInput("A system has one dataset: write one system for each.", field="dataset")
        data = data[0]
    if not isinstance(data, dict):
        raise InvalidInput("A dataset is a mapping with fides_key and collections.", field="dataset")
    found = extras(data)
    try:
        dataset = Dataset.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the dataset"
        raise InvalidInput(f"{place}: {first['msg']}.", field="dataset") from None
    plain = dataset.model_dump(mode="json", exclude_none=True)
    return {**plain, KEPT: found} if found else plain
