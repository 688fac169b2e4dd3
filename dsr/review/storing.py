"""The sealed files of reviews. Nothing is written in clear; the key stands in the document's row, itself sealed."""

from collections.abc import Iterator

from privacy.kernel.errors import DomainError
from privacy.kernel.sealed_store import SealedStore

STORE = SealedStore("review")
put = STORE.put_parts
sweep = STORE.sweep


def read(file: str, key: str) -> Iterator[bytes]:
    """The plain bytes, part by part. DomainError(gone) where the file was destroyed."""
    if not file or not key:
        raise DomainError("The file of this document is not there any more.", code="gone")
    return STORE.read(file=file, key=key)


def whole(file: str, key: str) -> bytes:
    """All of it at once. DomainError(gone) where the file was destroyed."""
    return b"".join(read(file, key))


def remove(*files: str) -> None:
    """Take files away; those that are gone already are no fault."""
    for file in files:
        STORE.remove(file)
