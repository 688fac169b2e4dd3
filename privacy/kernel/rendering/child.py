"""The process that opens a stranger's file: limits first, then one act, and nothing but pictures and words go out.

It is run by its path with an empty environment and stands on nothing of ours, so that it holds no secret. What it is
asked comes in as a line of JSON and the file behind it; what it answers are frames: four bytes of length, a head in
JSON, and as many bytes as the head says.
"""

import contextlib
import ctypes
import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageDraw

MOST_MEMORY = 1 << 30
LOOK_SECONDS, PAGE_SECONDS, ALL_SECONDS = 8, 20, 1800  # of the processor; somebody waits for a look
MOST_PAGES, MOST_PIXELS = 500, 50_000_000
SCALE = 10_000
MOST_DOTS = 200 / 72  # a page of a PDF is rendered with 200 dots an inch at most
LONG_SIDE_OF_A4 = 842  # points: how large a picture without a size of its own is printed
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF's orientation as Pillow's way of turning
LONGEST_WORD, MOST_WORDS = 200, 20_000


class Refused(Exception):
    """A code that the parent has a sentence for."""


def limit() -> None:
    """From here on: no file is written, no process started, and memory ends before the machine's does."""
    for which, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, ALL_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (most, most))


def next_page(seconds: int = PAGE_SECONDS) -> None:
    """A page has so many seconds of the processor; the kernel stops the process at the last."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (min(soft, ALL_SECONDS), ALL_SECONDS))


def answer(body: bytes = b"", **head: Any) -> None:
    """One frame."""
    text = json.dumps({**head, "size": len(body)}).encode()
    sys.stdout.buffer.write(len(text).to_bytes(4, "big") + text + body)
    sys.stdout.buffer.flush()


class Pictures:
    """An image file; of a TIFF all its pages, of others the first picture."""

    def __init__(self, data: bytes, kind: str) -> None:
        Image.MAX_IMAGE_PIXELS = MOST_PIXELS
        try:
            self.image: Any = Image.open(io.BytesIO(data), formats=[kind])
            self.count = getattr(self.image, "n_frames", 1) if kind == "TIFF" else 1
        except Image.DecompressionBombError:
            raise Refused("too_many_pixels") from None
        self._measure()

    def _measure(self) -> None:
        if self.image.width * self.image.height > MOST_PIXELS:
            raise Refused("too_many_pixels")

    def page(self, number: int, longest: int) -> tuple[Any, float, float]:
        """The picture of one page, and its size as printed in points."""
        if self.count > 1:
            self.image.seek(number)
            self._measure()
        picture = self.image
        if hasattr(picture, "draft"):
            picture.draft(None, (longest, longest))  # a JPEG is decoded at a fraction of its size
        orientation = picture.getexif().get(0x0112)
        picture.load()
        see_through = picture.info.get("transparency") is not None
        if picture.mode in {"L", "RGB", "RGBA", "CMYK"} and max(picture.size) >= 2 * longest and not see_through:
            picture = picture.reduce(max(picture.size) // longest)
        picture = plain(picture)
        picture.thumbnail((longest, longest))
        if orientation in TURNS:
            picture = picture.transpose(TURNS[orientation])
        wide, high = picture.size
        fit = LONG_SIDE_OF_A4 / max(wide, high)
        return picture, wide * fit, high * fit

    def words(self, _: int) -> list[list[Any]]:
        return []


def plain(picture: Any) -> Any:
    """A copy in eight bits a color, without transparency (what is see-through is white) and without metadata."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    elif picture.mode in {"RGBA", "LA", "PA"} or picture.info.get("transparency") is not None:
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    picture = picture.convert("L" if picture.mode in {"1", "L"} else "RGB")
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


class Document:
    """A PDF. Scripts in it do not run, files in it stay in it, forms show what was filled in."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2 as pdfium  # noqa: PLC0415 - a picture does not wait for it

        self.pdfium = pdfium
        try:
            self.pdf = pdfium.PdfDocument(data)
        except pdfium.PdfiumError:
            code = pdfium.raw.FPDF_GetLastError()
            raise Refused("encrypted" if code == pdfium.raw.FPDF_ERR_PASSWORD else "broken") from None
        self.count = len(self.pdf)
        if self.pdf.get_formtype() == pdfium.raw.FORMTYPE_XFA_FULL:
            raise Refused("dynamic_form")
        with contextlib.suppress(pdfium.PdfiumError):
            self.pdf.init_forms()

    def page(self, number: int, longest: int) -> tuple[Any, float, float]:
        page = self.pdf[number]
        wide, high = page.get_size()
        wide, high = max(wide, 1.0), max(high, 1.0)
        bitmap = page.render(scale=min(longest / max(wide, high), MOST_DOTS), may_draw_forms=True, draw_annots=True)
        picture = bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()
        return picture, wide, high

    def words(self, number: int) -> list[list[Any]]:
        """Runs of letters with the box around them, in ten-thousandths from the top left of the page as shown."""
        page = self.pdf[number]
        text = page.get_textpage()
        letters = [self._letter(page, text, place) for place in range(min(text.count_chars(), 40 * MOST_WORDS))]
        found: list[list[Any]] = []
        word: list[list[Any]] = []
        for letter in [*letters, None]:
            if letter is not None and len(word) < LONGEST_WORD and not letter[0].isspace():
                word.append(letter)
                continue
            if word:
                found.append(_joined(word))
            word = [letter] if letter is not None and not letter[0].isspace() else []
        text.close()
        page.close()
        return found[:MOST_WORDS]

    def _letter(self, page: Any, text: Any, place: int) -> list[Any]:
        raw = self.pdfium.raw
        sign = chr(raw.FPDFText_GetUnicode(text, place) or 32)
        if sign.isspace():
            return [" ", 0, 0, 0, 0]
        left, low, right, top = text.get_charbox(place, loose=True)
        corners = [self._shown(page, x, y) for x, y in ((left, low), (left, top), (right, low), (right, top))]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return [sign, min(across), min(down), max(across), max(down)]

    def _shown(self, page: Any, x: float, y: float) -> tuple[int, int]:
        """Where a point of the page stands as it is shown, turned pages and cut margins included."""
        across, down = ctypes.c_int(), ctypes.c_int()
        self.pdfium.raw.FPDF_PageToDevice(page, 0, 0, SCALE, SCALE, 0, x, y, across, down)
        return across.value, down.value


def _joined(word: list[list[Any]]) -> list[Any]:
    sides = [
        min(max(side, 0), SCALE)
        for side in (
            min(letter[1] for letter in word),
            min(letter[2] for letter in word),
            max(letter[3] for letter in word),
            max(letter[4] for letter in word),
        )
    ]
    return ["".join(letter[0] for letter in word), *sides]


def pixels_of(mark: list[int], wide: int, high: int) -> tuple[int, int, int, int]:
    """The pixels that a mark touches, the last ones included, whatever the size of the picture."""
    left, top, right, low = mark
    return (
        max(0, left * wide // SCALE),
        max(0, top * high // SCALE),
        min(wide, -(-right * wide // SCALE)) - 1,
        min(high, -(-low * high // SCALE)) - 1,
    )


def painted(picture: Any, marks: list[list[int]]) -> Any:
    """The picture with the marked places black."""
    brush = ImageDraw.Draw(picture)
    for mark in marks:
        left, top, right, low = pixels_of(mark, *picture.size)
        if right >= left and low >= top:
            brush.rectangle((left, top, right, low), fill=0 if picture.mode == "L" else (0, 0, 0))
    return picture


def saved(picture: Any, form: str) -> bytes:
    """The bytes of the picture without any metadata."""
    out = io.BytesIO()
    picture.info = {}
    if form == "PNG":
        picture.save(out, "PNG", compress_level=3, exif=b"")
    else:
        picture.save(out, "JPEG", quality=85, exif=b"")
    return out.getvalue()


def pages_of(opened: Any, asked: dict[str, Any]) -> Iterator[tuple[int, Any, float, float]]:
    """The pages that were asked for, one at a time."""
    first = max(0, int(asked.get("first") or 0))
    last = opened.count if asked.get("count") is None else min(opened.count, first + int(asked["count"]))
    for number in range(first, last):
        if asked["act"] != "look":
            next_page()
        yield number, *opened.page(number, int(asked["longest"]))


def act(asked: dict[str, Any], data: bytes) -> None:
    opened: Any = Document(data) if asked["kind"] == "PDF" else Pictures(data, asked["kind"])
    if not opened.count:
        raise Refused("no_pages")
    if opened.count > MOST_PAGES:
        raise Refused("too_many_pages")
    if asked["act"] == "look":
        for _ in pages_of(
            opened, {"act": "look", "longest": 400, "count": 1}
        ):  # a file whose first page does not show is damaged
            pass
        answer(json.dumps({"pages": opened.count}).encode())
    elif asked["act"] == "words":
        for number in range(opened.count):
            next_page()
            answer(json.dumps(opened.words(number)).encode())
    else:
        is_shown = asked["act"] == "render"
        for number, picture, wide, high in pages_of(opened, asked):
            marks = asked.get("marks", {}).get(str(number), [])
            body = saved(painted(picture, marks), "PNG" if is_shown else "JPEG")
            answer(body, width=picture.width, height=picture.height, points_wide=wide, points_high=high)
    answer(done=True)


def main() -> int:
    asked = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    limit()
    next_page(LOOK_SECONDS)
    try:
        act(asked, data)
    except Refused as refused:
        answer(refused=str(refused))
    except MemoryError:
        answer(refused="costly")
    except Exception:  # noqa: BLE001 - whatever the decoder stumbles over: the file is damaged
        answer(refused="broken")
    return 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        code = main()
    os._exit(0)  # without the ways of leaving of the libraries
