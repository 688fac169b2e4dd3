"""Where the documents of a review come from. Who holds some registers a source in `AppConfig.ready()`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsr.models import SubjectRequest


@dataclass(frozen=True, slots=True)
class Found:
    """A document that a source holds: its name and its bytes. `is_text`: a text in UTF-8, kept sign by sign."""

    name: str
    data: bytes
    is_text: bool = False


Source = Callable[[SubjectRequest], Iterator[Found]]
_sources: dict[str, Source] = {}


def register_source(code: str, find: Source) -> None:
    """Add a source by its code (at most 20 letters). ValueError where the code is taken."""
    if code in _sources or len(code) > 20:  # noqa: PLR2004 - the column
        raise ValueError(f"The source {code} cannot be registered.")
    _sources[code] = find


def sources() -> dict[str, Source]:
    """Every source, by code."""
    return dict(sorted(_sources.items()))
