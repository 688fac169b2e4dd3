"""Does a file end where its format says that it ends? What hangs behind is a second file in disguise.

Each function returns the number of bytes that belong to the picture, or None where the file is cut off. They read
lengths and skip; nothing is decoded here.
"""

from collections.abc import Callable

from privacy.kernel.rendering.kinds import Kind

SAMSUNG_TRAILER = b"SEFT"  # phones of one maker write their camera's notes behind every JPEG
PADDING = b"\x00\xff\r\n \t"
JPEG_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
JPEG_END, JPEG_SCAN = 0xD9, 0xDA


def end_of_png(data: bytes) -> int | None:
    place = 8
    while place + 12 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        name = data[place + 4 : place + 8]
        place += 12 + length
        if name == b"IEND":
            return place if place <= len(data) else None
    return None


def end_of_jpeg(data: bytes) -> int | None:
    place = 2
    while place + 2 <= len(data):
        if data[place] != 0xFF:  # noqa: PLR2004 - the byte that starts every marker
            return None
        marker = data[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            place += 1
        elif marker == JPEG_END:
            return place + 2
        elif marker in JPEG_BARE:
            place += 2
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
            if marker == JPEG_SCAN:
                place = _behind_scan(data, place)
    return None


def _behind_scan(data: bytes, place: int) -> int:
    """Where the next marker stands: in a scan, FF before 00 or a restart number is part of the picture."""
    while (found := data.find(b"\xff", place)) >= 0 and found + 1 < len(data):
        following = data[found + 1]
        if following and following not in JPEG_BARE:
            return found
        place = found + 2
    return len(data)


def end_of_gif(data: bytes) -> int | None:
    if len(data) < 13:  # noqa: PLR2004 - header and screen
        return None
    place = 13 + _gif_colors(data[10])
    while place < len(data):
        block = data[place]
        if block == 0x3B:  # noqa: PLR2004 - the end
            return place + 1
        if block == 0x21:  # noqa: PLR2004 - an extension
            place += 2
        elif block == 0x2C and place + 9 < len(data):  # noqa: PLR2004 - a picture
            place += 11 + _gif_colors(data[place + 9])
        else:
            return None
        while place < len(data) and data[place]:
            place += 1 + data[place]
        place += 1
    return None


def _gif_colors(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def end_of_webp(data: bytes) -> int | None:
    length = int.from_bytes(data[4:8], "little")
    end = 8 + length + length % 2
    return end if end <= len(data) + length % 2 else None


def end_of_pdf(data: bytes) -> int | None:
    found = data.rfind(b"%%EOF")
    return found + 5 if found >= 0 else None


ENDS: dict[Kind, Callable[[bytes], int | None]] = {
    Kind.PNG: end_of_png,
    Kind.JPEG: end_of_jpeg,
    Kind.GIF: end_of_gif,
    Kind.WEBP: end_of_webp,
    Kind.PDF: end_of_pdf,
}  # a TIFF has no end: its parts lie anywhere, and the decoder finds what is missing


def is_cut(data: bytes, kind: Kind) -> bool:
    """Whether the end is missing."""
    return kind in ENDS and ENDS[kind](data) is None


def has_more_behind(data: bytes, kind: Kind) -> bool:
    """Whether something foreign follows. A JPEG may be followed by further JPEGs, as cameras write them."""
    end = ENDS[kind](data) if kind in ENDS else None
    while end is not None:
        rest = data[end:].lstrip(PADDING) if kind is not Kind.JPEG else data[end:].lstrip(b"\x00\r\n \t")
        if not rest:
            return False
        if kind is not Kind.JPEG:
            return True
        if not rest.startswith(b"\xff\xd8\xff"):
            return not rest.endswith(SAMSUNG_TRAILER)
        data, end = rest, end_of_jpeg(rest)
    return kind in ENDS
