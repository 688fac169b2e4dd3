"""Files for the tests, made when they are needed: honest ones and hostile ones."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

SECRET = "Bartholomew"


def picture(form: str = "PNG", *, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A red field with a blue corner at the top left."""
    image = Image.new("RGB", size, (200, 30, 30))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=(20, 20, 220))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def pdf(*pages: str, author: str = "", script: str = "", password: str = "") -> bytes:
    """A PDF with one line of text a page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), encrypt=password or None, invariant=True)
    if author:
        canvas.setAuthor(author)
        canvas.setTitle(author)
    for text in pages or ("One page",):
        canvas.setFont("Helvetica", 14)
        for number, line in enumerate(text.split("\n")):
            canvas.drawString(72, 700 - 24 * number, line)
        canvas.showPage()
    canvas.save()
    data = out.getvalue()
    if script:
        action = f"/OpenAction<</S/JavaScript/JS({script})>>/Type/Catalog".encode()
        data = rebuilt(data.replace(b"/Type /Catalog", action))
    return data


def rebuilt(data: bytes) -> bytes:
    """The PDF with its table of objects counted again, so that it is a whole one."""
    head, _, _ = data.partition(b"xref\n")
    places, at = {}, 0
    while (found := head.find(b" 0 obj", at)) >= 0:
        start = head.rfind(b"\n", 0, found) + 1
        places[int(head[start:found])] = start
        at = found + 6
    trailer = data[data.index(b"trailer") : data.index(b"startxref")]
    table = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    count = max(places) + 1
    xref = b"xref\n0 %d\n0000000000 65535 f \n" % count + table
    return head + xref + trailer + b"startxref\n%d\n%%%%EOF\n" % len(head)


def huge_png(width: int, height: int) -> bytes:
    """A head that claims so many pixels, and nearly nothing behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 64)), (b"IEND", b"")):
        parts += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return parts


def archive(*, bomb: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", b"0" * bomb if bomb else b"hello")
    return out.getvalue()


def bomb_pdf(*, megabytes: int) -> bytes:
    """One page whose content is a stream that unpacks to so much."""
    packer = zlib.compressobj(9)
    step = b"0 0 m 1 1 l S\n" * 75_000
    body = b"".join(packer.compress(step) for _ in range(megabytes)) + packer.flush()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(body) + body + b"\nendstream",
    ]
    data = b"%PDF-1.7\n"
    for number, part in enumerate(parts, 1):
        data += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    return rebuilt(data + b"xref\ntrailer<</Size 5/Root 1 0 R>>\nstartxref\n0\n%%EOF\n")
