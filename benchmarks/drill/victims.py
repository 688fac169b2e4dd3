"""Processes that are forked from a warm parent, killed at random and replaced at once.

The parent has everything loaded and neither a database connection nor a thread, so that a fork costs
milliseconds and the child starts clean.
"""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PAUSE_SHARE = 0.05  # of all strikes: stopped for longer than a lease, then let go on


@dataclass(frozen=True, slots=True)
class Role:
    """What a child does (it never returns by itself), how many there are, and how likely each is struck."""

    name: str
    run: Callable[[], None]
    count: int = 1
    weight: float = 1.0


@dataclass
class Crew:
    """The living children. `pause_s`: for how long a paused one stands still."""

    roles: list[Role]
    log: Path
    chance: random.Random
    pause_s: float
    kills: int = 0
    pauses: int = 0
    fell_over: int = 0
    _alive: dict[int, Role] = field(default_factory=dict)
    _paused: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        for role in self.roles:
            for _ in range(role.count):
                self._hire(role)

    def strike(self) -> None:
        """Kill one at random and put another in its place, or pause one."""
        pids = [pid for pid, role in self._alive.items() if role.weight and pid not in self._paused]
        if not pids:
            return
        pid = self.chance.choices(pids, [self._alive[pid].weight for pid in pids])[0]
        if self.chance.random() < PAUSE_SHARE:
            os.kill(pid, signal.SIGSTOP)
            self._paused[pid] = time.monotonic() + self.pause_s
            self.pauses += 1
            return
        os.kill(pid, signal.SIGKILL)
        role = self._bury(pid)
        self.kills += 1
        self._hire(role)

    def tend(self) -> None:
        """Let go on who was paused for long enough, and replace who fell over by itself."""
        for pid, end in list(self._paused.items()):
            if time.monotonic() >= end:
                del self._paused[pid]
                os.kill(pid, signal.SIGCONT)
        while True:
            pid, _ = os.waitpid(-1, os.WNOHANG) if self._alive else (0, 0)
            if pid == 0:
                return
            if pid in self._alive:
                self.fell_over += 1
                self._paused.pop(pid, None)
                self._hire(self._alive.pop(pid))

    def go_home(self) -> None:
        """End all of them."""
        for pid in list(self._alive):
            os.kill(pid, signal.SIGKILL)
            self._bury(pid)
        self._paused.clear()

    def _hire(self, role: Role) -> None:
        self._alive[fork(role.run, name=role.name, log=self.log)] = role

    def _bury(self, pid: int) -> Role:
        os.waitpid(pid, 0)
        return self._alive.pop(pid)


def fork(run: Callable[[], None], *, name: str, log: Path) -> int:
    """Run something in a child of this process; its output goes to the log. Returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(out, 1)
        os.dup2(out, 2)
        random.seed()  # else every child draws the parent's numbers
        os.environ["PGAPPNAME"] = f"drill-{name}"
        run()
        code = 0
    except BaseException:  # noqa: BLE001 -- whatever it was, a child must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def in_child(run: Callable[[], None], *, name: str, log: Path) -> None:
    """Run something in a child to its end; RuntimeError where it failed."""
    _, status = os.waitpid(fork(run, name=name, log=log), 0)
    if status:
        raise RuntimeError(f"{name} failed; see {log}")
