"""A file of lines outside the database that survives a full disk and a kill: every line is whole or not there.

A line that was cut off at the end of the file was never promised to anybody: readers pass over it, and the
next writer removes it, so that it does not spoil the line that follows.
"""

import fcntl
import os
from pathlib import Path

BLOCK = 4096


def append_line(path: Path, text: str) -> None:
    """Append one line, and return once it is on the disk.

    OSError (a full disk, a missing right) is the caller's: nothing of the line stays in the file then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # given back with the file, also by a kill
        end = _end_of_last_line(file)
        if end != os.fstat(file).st_size:
            os.ftruncate(file, end)
        try:
            _write_all(file, f"{text}\n".encode())
            os.fsync(file)
        except OSError:
            os.ftruncate(file, end)
            raise
    finally:
        os.close(file)
    if is_new:
        _sync_folder(path.parent)


def read_lines(path: Path) -> list[str]:
    """Every whole line, the oldest first; none where there is no file."""
    if not path.exists():
        return []
    whole, _, _ = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")
    return whole.split("\n") if whole else []


def _end_of_last_line(file: int) -> int:
    """How long the file is up to and with its last line break."""
    start = os.fstat(file).st_size
    while start > 0:
        length = min(BLOCK, start)
        start -= length
        found = os.pread(file, length, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
    return 0


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
