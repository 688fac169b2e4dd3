"""What is shown is made anew: right way up, without metadata, at any size, and black where it was marked."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering import paint_pages, read_words, reading, render_pages
from privacy.kernel.rendering.child import painted, pixels_of
from privacy.kernel.rendering.tests.files import SECRET, pdf, picture


def shades(image: Image.Image, box: tuple[int, int, int, int]) -> tuple[float, float]:
    """The darkest and the lightest of a place."""
    low, high = image.convert("L").crop(box).getextrema()
    assert isinstance(low, (int, float)) and isinstance(high, (int, float))
    return low, high


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_each_page_comes_as_a_png_of_its_own() -> None:
    pages = [opened(page) for page in render_pages(pdf("one", "two", "three"))]
    assert [page.format for page in pages] == ["PNG"] * 3
    assert {max(page.size) for page in pages} == {2339}  # A4 at 200 dots an inch
    assert [opened(page).size for page in render_pages(pdf("one", "two"), first=1, count=1, longest=400)] == [
        (283, 400)
    ]


def test_only_the_first_picture_of_a_gif_and_all_pages_of_a_scan() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    for form, count in (("GIF", 1), ("TIFF", 3), ("WEBP", 1), ("PNG", 1)):
        out = io.BytesIO()
        frames[0].save(out, form, save_all=True, append_images=frames[1:])
        assert len(list(render_pages(out.getvalue()))) == count


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "I"])
def test_every_way_to_store_colors_can_be_shown(mode: str) -> None:
    image = Image.new("RGB", (30, 20), "white").convert(mode) if mode != "I;16" else Image.new(mode, (30, 20), 65535)
    if mode == "I":
        image = Image.new(mode, (30, 20), 65535)
    out = io.BytesIO()
    image.save(out, "TIFF" if mode in {"CMYK", "I", "I;16"} else "PNG")
    assert opened(next(render_pages(out.getvalue()))).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_the_camera_was_held_and_tells_nothing_of_it(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x8825] = orientation, SECRET, {1: "N", 2: (52.0, 31.0, 0.0)}
    data = picture("JPEG", exif=exif, comment=SECRET.encode(), quality=95)
    expected = opened(data)
    from PIL import ImageOps

    expected = ImageOps.exif_transpose(expected)
    for page in (next(render_pages(data)), next(iter(paint_pages(data, {}))).picture):
        shown = opened(page)
        assert shown.size == expected.size
        ours, theirs = shown.convert("RGB").getpixel((2, 2)), expected.getpixel((2, 2))
        assert isinstance(ours, tuple) and isinstance(theirs, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(ours, theirs, strict=True))
        assert SECRET.encode() not in page and not dict(shown.getexif()) and "comment" not in shown.info


def test_the_words_of_a_page_and_where_they_stand() -> None:
    first, second = read_words(pdf(f"Dear {SECRET}, hello", "second"))
    assert [word.text for word in first] == ["Dear", f"{SECRET},", "hello"]
    assert [(word.page, word.text) for word in second] == [(1, "second")]
    assert list(read_words(picture())) == [[]]
    left, top, right, low = first[1].mark
    page = opened(next(render_pages(pdf(f"Dear {SECRET}, hello")))).convert("L")
    box = (
        left * page.width // 10_000,
        top * page.height // 10_000,
        right * page.width // 10_000,
        low * page.height // 10_000,
    )
    assert page.crop(box).getextrema()[0] == 0  # there is ink in it


def test_a_marked_word_is_black_and_the_one_beside_it_is_not() -> None:
    data = pdf(f"Dear {SECRET} hello")
    words = next(read_words(data))
    before = opened(next(render_pages(data)))
    page = next(iter(paint_pages(data, {0: [words[1].mark]})))
    after = opened(page.picture)
    assert (after.format, page.width, page.height) == ("JPEG", *before.size)
    place = pixels_of(list(words[1].mark), *after.size)
    assert shades(after, place)[1] < 40  # black, but for the traces of compression
    beside = pixels_of(list(words[2].mark), *after.size)
    assert shades(after, beside)[1] > 200


fractions = st.integers(0, 10_000)


@settings(max_examples=300, deadline=None)
@given(
    sides=st.tuples(fractions, fractions, fractions, fractions),
    small=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    factor=st.integers(2, 9),
)
def test_the_same_region_is_hidden_at_every_size(
    sides: tuple[int, int, int, int], small: tuple[int, int], factor: int
) -> None:
    """Whatever pixel of a larger picture lies in the mark, the pixel of the smaller one over it is black too."""
    left, right = sorted((sides[0], sides[2]))
    top, low = sorted((sides[1], sides[3]))
    mark = [left, top, right, low]
    wide, high = small
    shown = painted(Image.new("L", (wide, high), 255), [mark])
    large = painted(Image.new("L", (wide * factor, high * factor), 255), [mark])
    if left == right or top == low:
        return
    assert shown.getextrema()[0] == 0, "something is always painted"
    for y in range(high * factor):
        for x in range(wide * factor):
            if large.getpixel((x, y)) == 0:
                assert shown.getpixel((x // factor, y // factor)) == 0


def test_the_process_that_opens_files_has_none_of_our_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, sys\nsys.stdin.buffer.read()\n"
        "found = dict(os.environ); found.pop('LC_CTYPE', None)\n"
        "body = json.dumps({'pages': len(found) + sum('django' in name for name in sys.modules)}).encode()\n"
        "head = json.dumps({'size': len(body)}).encode()\n"
        "sys.stdout.buffer.write(len(head).to_bytes(4, 'big') + head + body)\n"
    )
    monkeypatch.setenv("KEPT_KEYS", "secret")
    monkeypatch.setattr(reading, "CHILD", spy)
    assert reading.look_into(picture()) == 0


def test_limits_hold_in_the_process_itself() -> None:
    child = Path(reading.__file__).with_name("child.py")
    probe = (
        f"import runpy; limit = runpy.run_path({str(child)!r})['limit']; limit()\n"
        "import resource\n"
        "print(resource.getrlimit(resource.RLIMIT_AS)[1], resource.getrlimit(resource.RLIMIT_FSIZE)[1])\n"
        "try:\n    bytearray(1 << 31)\nexcept MemoryError:\n    print('stopped')\n"
    )
    told = subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(1 << 30), "0", "stopped"]


def test_leaving_the_pages_early_ends_the_process() -> None:
    pages = render_pages(pdf(*["page"] * 40))
    next(pages)
    pages.close()  # type: ignore[attr-defined]  # a generator
    with pytest.raises(StopIteration):
        next(pages)


def test_a_page_that_cannot_be_shown_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput) as caught:
        list(render_pages(b"%PDF-1.7 nothing"))
    assert caught.value.field == "file"
