"""A fresh environment with everything to run and to test: how long it takes, and its size on disk.

The time depends on the network; nothing is taken from a cache of earlier installations.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, tell
from benchmarks.scratch import ROOT
from benchmarks.sizes import sizes

TOOL = "a leading tool"
SECONDS_OF_THE_TOOL = 136
MIB_OF_THE_TOOL = 801


def main() -> None:
    if not sizes().with_install:
        return
    with tempfile.TemporaryDirectory(prefix="kept-install-") as folder:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-cache-dir", "-r", str(ROOT / "requirements.txt")], check=True)
        tell(Figure("install, with network", "s", time.perf_counter() - started, TOOL, SECONDS_OF_THE_TOOL, 1))
        used = sum(file.lstat().st_blocks * 512 for file in Path(folder).rglob("*"))
        tell(Figure("installed, on disk", "MiB", used / 2**20, TOOL, MIB_OF_THE_TOOL, 1))


if __name__ == "__main__":
    main()
