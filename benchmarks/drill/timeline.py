"""One drill from the first kill to the last answer."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.drill.victims import Crew

ALL_CAME_AT = 0.85  # the share of kills by which every wish has come: the last kills hit the last work
NO_PROGRESS_S = 60.0
LONGEST_DRAIN_S = 300.0
TELL_EVERY_S = 10.0


@dataclass
class Timeline:
    """Strike at random moments, let other faults happen at their share of the kills, then wait for the end.

    `faults`: (share of kills, what happens). `status` reads the newest report of the front.
    """

    crew: Crew
    kills: int
    mean_gap_s: float
    chance: random.Random
    tell_progress: Callable[[float], None]
    status: Callable[[], dict[str, Any]]
    say: Callable[[str], None]
    faults: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)

    def play(self) -> bool:
        """True where everything came to its end, False where nothing moved any more."""
        self.crew.start()
        waiting = sorted(self.faults, key=lambda fault: fault[0])
        told = 0
        while self.crew.kills < self.kills:
            time.sleep(min(self.chance.expovariate(1 / self.mean_gap_s), 5 * self.mean_gap_s))
            self.crew.tend()
            self.crew.strike()
            share = self.crew.kills / self.kills
            self.tell_progress(min(1.0, share / ALL_CAME_AT))
            while waiting and waiting[0][0] <= share:
                _, name, happen = waiting.pop(0)
                happen()
                self.say(f"{self.crew.kills} kills: {name}")
            if share >= told / 5:
                told += 1
                self.say(f"{self.crew.kills} kills, {self._where()}")
        self.tell_progress(1.0)
        self.say(f"{self.crew.kills} kills, waiting for the rest")
        is_over = self._drain()
        self.say("everything came to its end" if is_over else "nothing moves any more")
        return is_over

    def _drain(self) -> bool:
        marks, since, begun, told = None, time.monotonic(), time.monotonic(), time.monotonic()
        while True:
            time.sleep(0.2)
            self.crew.tend()
            status = self.status()
            if status.get("came_all") and not (status["open"] or status["jobs"] or status["mails"]):
                return True
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                self.say(self._where())
            if status.get("marks") != marks:
                marks, since = status.get("marks"), time.monotonic()
            if time.monotonic() - since > NO_PROGRESS_S or time.monotonic() - begun > LONGEST_DRAIN_S:
                return False

    def _where(self) -> str:
        words = {"came": "requests came", "open": "open", "jobs": "jobs due", "mails": "mails under way"}
        status = self.status()
        return ", ".join(f"{status.get(name, 0)} {word}" for name, word in words.items())


def read_status(path: Path) -> dict[str, Any]:
    """The newest report; empty before the first."""
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found
