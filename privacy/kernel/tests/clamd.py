"""A real virus scanner of the test's own: clamd on a free port and a socket, with two signatures that it brings along.

No signature of ClamAV's is needed: one finds the test file of all virus scanners wherever it is packed, one a comment
in a picture. Nothing here is that file: it is put together when a test asks for it.
"""

import shutil
import socket
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.kernel.rendering.checking import EICAR
from privacy.kernel.rendering.tests.files import pdf, picture, rebuilt

PROGRAM = shutil.which("clamd") or next((path for path in ("/usr/sbin/clamd",) if Path(path).exists()), None)
MISSING = "needs clamd: on Debian, apt install clamav-daemon"
STARTS_WITHIN = 30.0
COMMENT = b"a comment that the scanner of the tests looks for"
SIGNATURES = f"Kept.Eicar:0:*:{EICAR.hex()}\nKept.Comment:0:*:{COMMENT.hex()}\n"
CONFIG = """
Foreground yes
DatabaseDirectory {home}/signatures
TemporaryDirectory {home}
LogFile {home}/log
LocalSocket {home}/s
TCPAddr 127.0.0.1
TCPSocket {port}
"""


class ClamServer:
    """The scanner: it can be stopped and started again at the same addresses, with other limits."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.tcp, self.unix = f"127.0.0.1:{self.port}", str(home / "s")
        self.process: subprocess.Popen[bytes] | None = None
        (home / "signatures").mkdir()
        (home / "signatures" / "kept.ndb").write_text(SIGNATURES, encoding="ascii")

    def start(self, *limits: str) -> None:
        """Until it answers. `limits`: lines of its configuration, such as `StreamMaxLength 1M`."""
        if PROGRAM is None:
            raise RuntimeError(MISSING)
        config = CONFIG.format(home=self.home, port=self.port) + "".join(f"{line}\n" for line in limits)
        (self.home / "clamd.conf").write_text(config, encoding="ascii")
        command = [PROGRAM, "--config-file", str(self.home / "clamd.conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end and self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        self.stop()
        log = self.home / "log"
        raise RuntimeError(f"clamd did not start: {log.read_text()[-2000:] if log.exists() else ''}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as wire:
                wire.sendall(b"zPING\0")
                return wire.recv(16) == b"PONG\0"
        except OSError:
            return False

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@pytest.fixture
def clam_server(tmp_path: Path) -> Iterator[ClamServer]:
    """Skipped where clamd is missing."""
    if PROGRAM is None:
        pytest.skip(MISSING)
    home = tmp_path / "clamd"
    home.mkdir()
    server = ClamServer(home)
    server.start()
    yield server
    server.stop()


def infected_pdf() -> bytes:
    """A PDF like any other, with the test file of all virus scanners in a packed stream: only a scanner finds it."""
    data = pdf("Hello")
    packed = zlib.compress(EICAR + b"$H+H*")
    stream = b"%d 0 obj\n<</Filter/FlateDecode/Length %d>>stream\n" % (data.count(b" 0 obj") + 1, len(packed))
    return rebuilt(data.replace(b"xref\n", stream + packed + b"\nendstream\nendobj\nxref\n", 1))


def infected_picture() -> bytes:
    """A photo with a comment that the scanner takes for a virus."""
    return picture("JPEG", comment=COMMENT)
