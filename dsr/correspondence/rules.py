"""Rules of correspondence: how many files may come along, and what a file is by its bytes. Pure."""

from dsr.correspondence.vocabulary import Scanned

MOST_FILES = 20  # kept of one message; that there were more is noted
LARGEST_FILE = 15_000_000
LONGEST_NAME = 120
TYPES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
)
SHOWABLE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff", "image/webp"})
NOT_SHOWN = frozenset({Scanned.WAITS, Scanned.FOUND, Scanned.TOO_MUCH})
OTHER = "application/octet-stream"


def media_type_of(data: bytes) -> str:
    """What a file is by its first bytes; a name or a header can lie."""
    for magic, name in TYPES:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return OTHER
