"""What a file shows: its pages as pictures, its words and where they stand, its pages painted over.

The work is done by `child.py` in a process of its own; here it is started, fed, watched and stopped. A page at a time
is in memory.
"""

import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.rendering.kinds import Kind, kind_of

CHILD = Path(__file__).with_name("child.py")
PAGE_SECONDS = 60  # by the wall; of the processor a page gets 20
LARGEST_FRAME = 64 * 1024 * 1024
LONGEST_SIDE = 2400  # pixels: A4 at about 200 dots per inch
SCALE = 10_000  # coordinates are ten-thousandths of the page's width and height, from its top left

REFUSALS = {
    "encrypted": "The PDF is locked with a password. Save it without one, then send it again.",
    "broken": "The file is damaged and cannot be opened. Save or scan it again, then send that.",
    "too_many_pages": "The file has more than 500 pages. Send it in parts.",
    "no_pages": "The file has no page. Save or scan it again, then send that.",
    "too_many_pixels": "The picture has more than 50 million pixels. Send it smaller.",
    "dynamic_form": "This PDF is a form that only one program can show. Print it as PDF, then send that.",
    "costly": "The file takes too much memory or time to open. Print it as PDF, or scan it again, then send that.",
}

Mark = tuple[int, int, int, int]  # left, top, right, bottom in ten-thousandths of the page


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a picture: PNG where it is shown, JPEG where it is to be kept."""

    picture: bytes
    width: int  # pixels
    height: int
    points_wide: float  # as it is printed, 72 to an inch
    points_high: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page's text layer, and where it stands."""

    page: int  # from 0
    text: str
    mark: Mark


def look_into(data: bytes, *, kind: Kind | None = None) -> int:
    """How many pages it has. InvalidInput(file) where it cannot be opened."""
    with _child({"act": "look", "kind": kind or kind_of(data)}, data) as frames:
        return int(json.loads(next(frames)[1])["pages"])


def render_pages(
    data: bytes, *, first: int = 0, count: int | None = None, longest: int = LONGEST_SIDE
) -> Iterator[bytes]:
    """The pages as PNG, from page `first` on, `longest` pixels on the longer side at most, without any metadata.

    Raises InvalidInput(file) at the page that cannot be shown. The process ends with the iterator.
    """
    asked = {"act": "render", "kind": kind_of(data), "first": first, "count": count, "longest": longest}
    with _child(asked, data) as frames:
        for _, body in frames:
            yield body


def paint_pages(
    data: bytes,
    marks: Mapping[int, Sequence[Mark]],
    *,
    first: int = 0,
    count: int | None = None,
    longest: int = LONGEST_SIDE,
) -> Iterator[Page]:
    """The pages as JPEG, the marked places of each black. Nothing of the file itself comes along."""
    asked = {
        "act": "paint",
        "kind": kind_of(data),
        "first": first,
        "count": count,
        "longest": longest,
        "marks": {str(page): list(each) for page, each in marks.items()},
    }
    with _child(asked, data) as frames:
        for head, body in frames:
            yield Page(body, head["width"], head["height"], head["points_wide"], head["points_high"])


def read_words(data: bytes) -> Iterator[list[Word]]:
    """The words of each page's text layer, page by page; none for a picture."""
    kind = kind_of(data)
    with _child({"act": "words", "kind": kind}, data) as frames:
        for number, (_, body) in enumerate(frames):
            yield [Word(number, text, (left, top, right, low)) for text, left, top, right, low in json.loads(body)]


@contextmanager
def _child(asked: dict[str, Any], data: bytes) -> Iterator[Iterator[tuple[dict[str, Any], bytes]]]:
    """A process that opens the file. It inherits no variable, so no key and no password of ours."""
    command = [sys.executable, "-I", "-B", str(CHILD)]
    try:
        child = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, close_fds=True
        )
    except OSError:
        text = "The machine has no room to open files just now. Try again in a minute."
        raise DomainError(text, field="file", code="busy") from None
    assert child.stdin is not None and child.stdout is not None  # noqa: S101 - for the type checker
    try:
        try:
            child.stdin.write(json.dumps(asked).encode() + b"\n" + data)
            child.stdin.close()
        except BrokenPipeError:  # it died at once; what it said of that is read below
            pass
        yield _frames(child.stdout)
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _frames(pipe: IO[bytes]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Head and body of each answer. A process that stops without saying so was stopped by a limit."""
    reader = _Reader(pipe)
    while True:
        reader.deadline = time.monotonic() + PAGE_SECONDS
        head = json.loads(reader.take(int.from_bytes(reader.take(4), "big")))
        if refusal := head.get("refused"):
            raise InvalidInput(REFUSALS.get(refusal, REFUSALS["broken"]), field="file")
        if head.get("done"):
            return
        yield head, reader.take(int(head["size"]))


class _Reader:
    """Takes exactly so many bytes, or refuses at the deadline."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe, self._poll, self.deadline = pipe, select.poll(), 0.0
        self._poll.register(pipe.fileno(), select.POLLIN | select.POLLHUP)

    def take(self, size: int) -> bytes:
        if not 0 <= size <= LARGEST_FRAME:
            raise _too_costly()
        taken = bytearray()
        while len(taken) < size:
            left = self.deadline - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise _too_costly()
            part = self._pipe.raw.read(min(1 << 20, size - len(taken)))  # type: ignore[attr-defined]  # a buffered pipe has it
            if not part:
                raise _too_costly()
            taken += part
        return bytes(taken)


def _too_costly() -> InvalidInput:
    return InvalidInput(REFUSALS["costly"], field="file")
