"""Every line is whole or not there, whatever happens to the disk or the writer."""

import os
import signal
import threading
from pathlib import Path

import pytest

from privacy.kernel.line_file import append_line, read_lines
from privacy.testing.disk import full_disk


def test_lines_come_back_in_order_and_a_missing_file_has_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lines"
    assert read_lines(path) == []
    append_line(path, "one")
    append_line(path, "zwei")
    assert read_lines(path) == ["one", "zwei"]
    assert path.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize("torn", ["to", "x" * 10_000])
def test_a_line_that_was_cut_off_is_passed_over_and_removed_by_the_next_writer(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "lines"
    append_line(path, "one")
    with path.open("a") as file:
        file.write(torn)
    assert read_lines(path) == ["one"]
    append_line(path, "two")
    assert path.read_text() == "one\ntwo\n"


def test_a_file_that_is_nothing_but_a_cut_off_line_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("half")
    assert read_lines(path) == []
    append_line(path, "one")
    assert read_lines(path) == ["one"]


def test_on_a_full_disk_it_raises_and_nothing_of_the_line_stays(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    append_line(path, "one")
    with full_disk(room=10), pytest.raises(OSError, match="too large"):
        append_line(path, "a line that does not fit any more")
    assert path.read_text() == "one\n"
    append_line(path, "two")
    assert read_lines(path) == ["one", "two"]


def test_a_writer_killed_at_any_moment_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    line = "0123456789" * 2000
    for wait in (0.02, 0.03, 0.05):
        pid = os.fork()
        if pid == 0:
            while True:
                append_line(path, line)
        threading.Event().wait(wait)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert set(read_lines(path)) <= {line}
    append_line(path, line)
    assert set(path.read_text().splitlines()) == {line}


def test_many_writers_at_once_lose_no_line(tmp_path: Path) -> None:
    path, start = tmp_path / "lines", threading.Barrier(4)

    def write(number: int) -> None:
        start.wait()
        for count in range(25):
            append_line(path, f"{number}-{count}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_lines(path)) == len(set(read_lines(path))) == 100
