"""The AES-256 archive of a package, made part by part so that memory does not grow with it.

One file within it: an AES ZIP shows the names of its files to everybody, and those of a package name systems.
"""

from collections.abc import Iterable, Iterator

import pyzipper


class _Sink:
    """Takes what the archive writes, until it is fetched."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def fetch(self) -> bytes:
        """What came since the last time."""
        data = bytes(self._held)
        self._held.clear()
        return data


def locked_parts(chunks: Iterable[bytes], *, name: str, code: str) -> Iterator[bytes]:
    """The bytes of an AES-256 ZIP with one file of this name, which `code` opens."""
    sink = _Sink()
    with pyzipper.AESZipFile(sink, "w", compression=pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(code.encode())
        with archive.open(archive.zipinfo_cls(name), "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                yield sink.fetch()
    yield sink.fetch()
