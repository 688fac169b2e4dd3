"""A PDF of pictures and nothing else: no letters, no names of authors or programs, no dates, no ids.

It is written page by page as the pages come, so a long document needs the memory of one page.
"""

from collections.abc import Iterable, Iterator

from privacy.kernel.rendering.reading import Page

CATALOG, TREE = 1, 2
FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # the markers of a JPEG that tell its colors


def write_pdf(pages: Iterable[Page]) -> Iterator[bytes]:
    """The bytes of the PDF, part by part. The pages are JPEGs, as `paint_pages` gives them."""
    places: dict[int, int] = {}
    kids: list[int] = []
    at = 0

    def tell(data: bytes) -> bytes:
        nonlocal at
        at += len(data)
        return data

    yield tell(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    number = TREE
    for page in pages:
        kids.append(number + 1)
        for body in _objects(number + 1, page):
            number += 1
            places[number] = at
            yield tell(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    for number, body in (
        (CATALOG, b"<</Type/Catalog/Pages %d 0 R>>" % TREE),
        (TREE, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))),
    ):
        places[number] = at
        yield tell(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    size = len(places) + 1
    yield (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, CATALOG, at)
    )


def _objects(first: int, page: Page) -> tuple[bytes, bytes, bytes]:
    """The page, how its picture is placed, and the picture."""
    wide, high = b"%.2f" % page.points_wide, b"%.2f" % page.points_high
    colors = b"DeviceGray" if _is_gray(page.picture) else b"DeviceRGB"
    drawing = b"%s 0 0 %s 0 0 cm /P Do" % (wide, high)
    return (
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R/Resources<</XObject<</P %d 0 R>>>>>>"
        % (TREE, wide, high, first + 1, first + 2),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/%s/BitsPerComponent 8/Filter/DCTDecode"
        b"/Length %d>>stream\n%s\nendstream" % (page.width, page.height, colors, len(page.picture), page.picture),
    )


def _is_gray(jpeg: bytes) -> bool:
    """Whether the JPEG's frame has one color."""
    place = 2
    while place + 10 <= len(jpeg):
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4], "big")
        if marker in FRAMES:
            return jpeg[place + 9] == 1
        place += 2 + length
    return False
