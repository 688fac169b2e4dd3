"""May this file be taken? By its content, before anything is stored."""

import io
import zipfile

from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering.containers import has_more_behind, is_cut
from privacy.kernel.rendering.kinds import Kind, kind_of
from privacy.kernel.rendering.reading import look_into

MOST_BYTES = 20 * 1024 * 1024
# The test file of all virus scanners, in two parts: so that this file is not taken for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
SCRIPTS = (b"<script", b"<?php", b"<html", b"<!doctype html", b"<svg")
HEAD = 4096


def check_upload(data: bytes, *, name: str) -> Kind:
    """What the file is, if it can be shown: PNG, JPEG, WebP, GIF (its first picture), TIFF or PDF.

    `name` is not believed; it only makes a better answer where it promises another kind. Everything is opened once in
    the process of its own, so that a file that passes can be rendered. Raises InvalidInput(file) that says how to mend
    it. At most 20 MiB, 50 million pixels a picture, 500 pages.
    """
    if not data:
        raise _refused("The file is empty. Choose it again.")
    if len(data) > MOST_BYTES:
        raise _refused("The file is larger than 20 MB. Send it in parts, or scan with fewer dots per inch.")
    if EICAR in data:
        raise _refused("A virus scanner would stop this file. Send a clean one.")
    kind = _kind(data, name)
    if is_cut(data, kind):
        raise _refused("The end of the file is missing: it was not copied whole. Send it again.")
    if has_more_behind(data, kind) or _is_two_files(data, kind):
        raise _refused(
            f"There is a second file hidden in this one. Open it, save it anew as {_better(kind)}, then send that."
        )
    look_into(data, kind=kind)
    return kind


def _kind(data: bytes, name: str) -> Kind:
    try:
        return kind_of(data)
    except InvalidInput:
        if name.lower().endswith((".eml", ".msg", ".mbox")):
            raise _refused("This is a saved mail. Forward it instead, or print it as PDF, then send that.") from None
        raise


def _is_two_files(data: bytes, kind: Kind) -> bool:
    if zipfile.is_zipfile(io.BytesIO(data)):
        return True
    if kind is Kind.PDF:
        return False
    lowered = data.lower()
    return b"%PDF-" in data[:HEAD] or any(script in lowered for script in SCRIPTS)


def _better(kind: Kind) -> str:
    return "PDF" if kind is Kind.PDF else "PNG or JPEG"


def _refused(text: str) -> InvalidInput:
    return InvalidInput(text, field="file")
