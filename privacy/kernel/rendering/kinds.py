"""What a file is, told by its bytes alone; the name that somebody gave it decides nothing."""

import enum

from privacy.kernel.errors import InvalidInput

ACCEPTED = "PDF, PNG, JPEG, WebP, GIF or TIFF"


class Kind(enum.StrEnum):
    """The kinds that are taken. The value is the name by which Pillow knows a picture's decoder."""

    PNG = "PNG"
    JPEG = "JPEG"
    WEBP = "WEBP"
    GIF = "GIF"
    TIFF = "TIFF"
    PDF = "PDF"

    @property
    def media_type(self) -> str:
        return "application/pdf" if self is Kind.PDF else f"image/{self.value.lower()}"


STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind.PDF),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
)
# What people send instead, and how they mend it.
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "This is a ZIP archive or an office document. Save or print it as PDF, then send that."),
    (b"\xd0\xcf\x11\xe0", "This is an older office document. Save or print it as PDF, then send that."),
    (b"Rar!", "This is an archive. Take the pages out and send them as PDF or as images."),
    (b"7z\xbc\xaf\x27\x1c", "This is an archive. Take the pages out and send them as PDF or as images."),
    (b"<", "This is a web page or a drawing in XML. Print it as PDF, then send that."),
)


def kind_of(data: bytes) -> Kind:
    """InvalidInput(file) for what is neither an image nor a PDF."""
    for start, kind in STARTS:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp":
        text = "This is a video, or a photo in a format of phones (HEIC, AVIF). Save it as JPEG, then send that."
        raise InvalidInput(text, field="file")
    for start, text in OTHERS:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise InvalidInput(text, field="file")
    raise InvalidInput(f"This is none of the kinds of file that can be taken: {ACCEPTED}.", field="file")
