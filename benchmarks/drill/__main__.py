"""`make drill`: kill at random, count, and show that the same count finds a naive design wanting.

    KILLS=1000      how many processes are killed (kill -9) while the requests run
    REQUESTS=200    how many mixed requests; with fewer than 1,000 kills so many fewer, at least 60
    SEED=…          to strike the same victims again; moments differ with the machine
    KEEP=1          keep the folder with the logs also where all went well

The last line holds the figures. Exit code 1 for any fault, or where the naive variant shows none; 2 where
something that the drill needs is missing.
"""

import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.drill.servers import Missing

ROOT = Path(__file__).resolve().parents[2]
LEASE_S, POLL_S = 2, 1
ROOM_BYTES = 2 << 30


def number(name: str, default: int) -> int:
    """A whole number above zero from the environment."""
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or int(text) < 1:
        raise Missing(f"{name} must be a whole number above zero.")
    return int(text)


def memory() -> str | None:
    """A file system in memory where there is room: the drill kills processes, not the machine, so what is
    written is there all the same, and a slow disk does not stretch the run. None: the usual temporary folder."""
    place = "/dev/shm"  # noqa: S108 -- the folder in it gets a random name and belongs to us alone
    try:
        has_room = os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM_BYTES
    except OSError:
        return None
    return place if has_room else None


def prepare(folder: Path) -> None:
    """The environment of an installation of its own: nothing of the caller's is used."""
    from privacy.kernel.keyring import Keyring

    for name in [name for name in os.environ if name.startswith("KEPT_")] + ["REDIS_URL", "DATABASE_URL"]:
        os.environ.pop(name, None)
    keys = folder / "keys.json"
    Keyring.load_or_create(keys)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "privacy.settings",
        "KEPT_HOME": str(folder / "home"),
        "KEPT_KEYS_FILE": str(keys),
        "KEPT_JOB_LEASE_SECONDS": str(LEASE_S),
        "KEPT_JOB_POLL_SECONDS": str(POLL_S),
        "KEPT_LOG_LEVEL": "ERROR",
    }


def main() -> int:
    os.chdir(ROOT)
    started = time.monotonic()
    try:
        kills = number("KILLS", 1000)
        requests = number("REQUESTS", max(60, min(200, kills // 5)))
        seed = number("SEED", random.SystemRandom().randrange(1, 10**9))
        folder = Path(tempfile.mkdtemp(prefix="kept-drill-", dir=memory()))
        print(f"drill: {kills} kills, {requests} requests, seed {seed}, logs in {folder}", flush=True)
        prepare(folder)
        from benchmarks.drill.drill import run

        is_good = run(folder=folder, kills=kills, requests=requests, seed=seed, started=started)
    except Missing as error:
        sys.stderr.write(f"drill: {error}\n")
        return 2
    if is_good and not os.environ.get("KEEP"):
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
