"""Only images and PDF are taken, told by their content; what is wrong is said with its mend."""

import contextlib
import io
import resource
import time

import pytest
from PIL import Image

from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering import Kind, check_upload
from privacy.kernel.rendering.checking import EICAR, MOST_BYTES
from privacy.kernel.rendering.tests.files import archive, bomb_pdf, huge_png, pdf, picture

HONEST = {kind: picture(kind.value) for kind in Kind if kind is not Kind.PDF} | {Kind.PDF: pdf("Hello")}


def refusal(data: bytes, name: str = "scan.pdf") -> str:
    with pytest.raises(InvalidInput) as caught:
        check_upload(data, name=name)
    assert caught.value.field == "file"
    return caught.value.message


@pytest.mark.parametrize("kind", list(Kind))
def test_an_honest_file_is_known_by_its_content_whatever_its_name(kind: Kind) -> None:
    for name in ("scan.pdf", "photo.png", "evil.exe", "", "x" * 5000 + "\r\n\u202e"):
        assert check_upload(HONEST[kind], name=name) is kind


@pytest.mark.parametrize("kind", list(Kind))
def test_a_file_that_was_cut_is_refused(kind: Kind) -> None:
    data = HONEST[kind]
    for part in (data[: len(data) // 2], data[:-10], data[:12]):
        assert "again" in refusal(part) or "none of the kinds" in refusal(part)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("tail", [archive(), b"<script>alert(1)</script>", pdf("hidden"), b"MZ\x90\x00" + b"\x01" * 99])
def test_a_second_file_behind_the_first_is_refused(kind: Kind, tail: bytes) -> None:
    if kind is Kind.TIFF and tail.startswith((b"MZ", b"%PDF")):
        pytest.skip("a TIFF has no end; it is shown as pictures only")
    if kind is Kind.PDF and tail.startswith(b"%PDF"):
        pytest.skip("a PDF may be continued by a newer one of itself; the last one is shown")
    assert "second file" in refusal(HONEST[kind] + tail)


@pytest.mark.parametrize("lead", [b"<html><body>", b"MZ\x90\x00", b"\x00", b"#!/bin/sh\n", archive()])
def test_a_file_that_starts_as_something_else_is_refused(lead: bytes) -> None:
    for data in HONEST.values():
        assert refusal(lead + data)


def test_a_page_in_the_comment_of_a_picture_is_refused() -> None:
    for words in ("<script>fetch('/console/')</script>", "<?php system('id'); ?>", "%PDF-1.7 "):
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, "JPEG", comment=words.encode())
        assert "second file" in refusal(out.getvalue())


def test_cameras_that_write_several_pictures_into_one_file_are_welcome() -> None:
    jpeg = HONEST[Kind.JPEG]
    assert check_upload(jpeg + jpeg, name="both.jpg") is Kind.JPEG
    assert check_upload(jpeg + b"\x00\x00notes of the camera SEFT", name="phone.jpg") is Kind.JPEG
    assert "second file" in refusal(jpeg + b"notes of somebody else")


def test_the_test_file_of_virus_scanners_is_refused_wherever_it_stands() -> None:
    assert "virus" in refusal(EICAR)
    assert "virus" in refusal(pdf("Hello") + EICAR)


@pytest.mark.parametrize("size", [(1, 1_000_000_000), (1_000_000_000, 1), (40_000, 40_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_claims_a_billion_pixels_is_refused_at_once(size: tuple[int, int]) -> None:
    assert refusal(huge_png(*size))


def test_size_and_number_of_pages_have_an_end() -> None:
    assert "20 MB" in refusal(HONEST[Kind.PNG] + b"\x00" * MOST_BYTES)
    assert "500 pages" in refusal(pdf(*["page"] * 501))
    assert "empty" in refusal(b"")


def test_bombs_stop_at_their_limit_and_leave_this_process_alone() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "ZIP archive" in refusal(archive(bomb=100_000_000))
    assert "too much memory" in refusal(bomb_pdf(megabytes=600))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_a_locked_pdf_is_refused_and_one_with_a_script_is_only_a_picture() -> None:
    assert "password" in refusal(pdf("Hello", password="secret"))
    assert check_upload(pdf("Hello", script="app.alert(1)"), name="form.pdf") is Kind.PDF


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "older office document"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 600, "JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "XML"),
        (b"\xef\xbb\xbf <html>", "web page"),
        (b"Hello", "none of the kinds"),
        (b"%PDF-1.7 nothing %%EOF", "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (b"GIF89a" + b"\x00" * 7 + b";", "damaged"),
    ],
)
def test_what_people_send_instead_gets_the_mend(data: bytes, word: str) -> None:
    assert word in refusal(data, name="file")


def test_a_saved_mail_is_answered_by_its_name() -> None:
    assert "Forward it" in refusal(b"From: a@b.example\r\n", name="mail.EML")


def test_a_file_with_random_faults_is_taken_or_refused_and_nothing_else() -> None:
    import random

    dice = random.Random(7)
    for kind, data in HONEST.items():
        for _ in range(3):
            broken = bytearray(data)
            for _ in range(12):
                broken[dice.randrange(8, len(broken))] = dice.randrange(256)
            with contextlib.suppress(InvalidInput):
                assert check_upload(bytes(broken), name="x") is kind


def test_a_process_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from pathlib import Path

    from privacy.kernel.rendering import reading

    assert isinstance(tmp_path, Path)
    stuck = tmp_path / "stuck.py"
    stuck.write_text("import sys, time\nsys.stdin.buffer.read()\ntime.sleep(3600)\n")
    monkeypatch.setattr(reading, "CHILD", stuck)
    monkeypatch.setattr(reading, "PAGE_SECONDS", 1)
    started = time.monotonic()
    assert "too much memory or time" in refusal(HONEST[Kind.PNG])
    assert time.monotonic() - started < 30
