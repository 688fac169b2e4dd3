"""The format of a package: attachments by hash, a check that needs Python only, and memory that rows do not fill."""

import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from privacy.kernel import clock
from privacy.personal_data.contract import Attachment, Found, Handler, HandlerUnavailable, Person, Record, handlers
from privacy.personal_data.package import check_package, write_package

pytestmark = pytest.mark.django_db
NOBODY = Person(())


class Files(Handler):
    """A system with files: the same one twice, and one of a name that means harm."""

    key, system, label, is_transactional = "files", "files", "Files", False
    given: tuple[tuple[str, bytes], ...] = (("a.PNG", b"one"), ("b.png", b"one"), ("../../etc/x.sh\n", b"two"))

    def find(self, person: Person) -> list[Found]:
        return [Found("messages", len(self.given))]

    def export(self, person: Person) -> Iterator[Record]:
        for name, data in self.given:
            attachment = Attachment(name, "image/png", lambda data=data: iter([data[:1], data[1:]]))  # type: ignore[misc]  # a default binds it
            yield Record("messages", "support", {"text": name}, attachment)

    def plan(self, *args: Any, **options: Any) -> Any:
        raise HandlerUnavailable("down")

    apply_chunk = verify = plan


class Many(Files):
    """A system with as many rows as one likes, each of several hundred bytes."""

    key = system = "many"

    def __init__(self, count: int) -> None:
        self.count = count

    def export(self, person: Person) -> Iterator[Record]:
        for number in range(self.count):
            yield Record("messages", "support", {"id": number, "text": f"message {number} " * 20})


Pack = Callable[[Handler], io.BytesIO]


@pytest.fixture
def pack(monkeypatch: pytest.MonkeyPatch) -> Pack:
    def make(handler: Handler) -> io.BytesIO:
        monkeypatch.setattr(handlers, "_sources", [lambda: [handler]])
        out = io.BytesIO()
        write_package(NOBODY, out, now=clock.now())
        return out

    return make


def test_attachments_stand_once_under_the_hash_of_their_content(pack: Pack) -> None:
    with zipfile.ZipFile(pack(Files())) as package:
        rows = json.loads(package.read("data/files/messages.json"))
        names = [name for name in package.namelist() if name.startswith("attachments/")]
        assert len(names) == 2 and package.read(rows[0]["attachment"]["file"]) == b"one"
        assert rows[0]["attachment"]["file"] == rows[1]["attachment"]["file"]
        assert rows[0]["attachment"]["file"].endswith(".png") and rows[2]["attachment"]["file"] in names
        assert all(".." not in name and "\n" not in name for name in package.namelist())


def checked(path: Path, *arguments: str) -> tuple[int, str]:
    """Run the script of the package: no site packages, no environment, nothing of ours on the path."""
    command = [sys.executable, "-I", "-S", str(path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/", timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_the_script_in_it_checks_it_with_python_alone_and_names_what_was_changed(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(pack(Files()).getvalue())
    folder = tmp_path / "p"
    with zipfile.ZipFile(tmp_path / "p.zip") as package:
        package.extractall(folder)
    code, said = checked(folder / "verify.py")
    assert code == 0 and "The package is whole." in said, said
    assert checked(folder / "verify.py", str(tmp_path / "p.zip"))[0] == 0
    page = folder / "index.html"
    page.write_bytes(page.read_bytes().replace(b"Files", b"Filed", 1))
    (folder / "more.txt").write_text("x")
    (folder / "README.txt").unlink()
    code, said = checked(folder / "verify.py")
    assert code == 1
    for fault in ("index.html was changed.", "more.txt is not in the manifest.", "README.txt is missing."):
        assert f"NOT WHOLE: {fault}" in said
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "rows": 0}))
    assert "The signature does not fit the manifest." in checked(folder / "verify.py")[1]


def test_memory_does_not_grow_with_the_rows(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows wait in files without a name beyond a megabyte; so twenty times the rows need no more memory."""
    peaks = []
    for count in (2_000, 40_000):
        monkeypatch.setattr(handlers, "_sources", [lambda count=count: [Many(count)]])
        with (tmp_path / "p.zip").open("w+b") as out:
            tracemalloc.start()
            write_package(NOBODY, out, now=clock.now())
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + (3 << 20), peaks
    with (tmp_path / "p.zip").open("rb") as file:
        assert check_package(file) == []
