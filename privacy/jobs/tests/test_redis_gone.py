"""Redis is a doorbell: flushed, deaf or stopped, it loses nothing, stops nothing and slows nothing."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.testing.installation import Installation, free_port, has_redis, redis_server, wait_until
from privacy.testing.plugin import REQUIRED

pytestmark = pytest.mark.skipif(not has_redis() and not REQUIRED, reason="redis-server is not installed")

ASK = """
from privacy.jobs import bell
from privacy.jobs.services import enqueue
from privacy.kernel import clock
for number in range({count}):
    enqueue("dsr.tend_unconfirmed", idem_key=f"{name}-{{number}}", payload={{}}, now=clock.now())
{then}
"""
OPEN = "SELECT count(*) FROM jobs_job WHERE kind = 'dsr.tend_unconfirmed' AND state != 'done'"
DONE = "SELECT count(*) FROM jobs_job WHERE idem_key LIKE '{}-%' AND state = 'done' AND attempts = 1"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def kept(tmp_path: Path, port: int) -> Installation:
    kept = Installation(tmp_path, REDIS_URL=f"redis://127.0.0.1:{port}/0", KEPT_JOB_POLL_SECONDS="1")
    kept.command("migrate", "-v0")
    return kept


def redis_says(port: int, command: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as door:
        door.sendall(f"{command}\r\n".encode())
        return door.recv(100).decode().strip()


def test_what_was_rung_before_a_flush_and_asked_while_it_is_stopped_is_done(kept: Installation, port: int) -> None:
    with redis_server(kept.home, port):
        kept.script(ASK.format(name="flushed", count=3, then="bell.settle()"))
        assert redis_says(port, "LLEN celery") == ":3"  # the bell did ring
        assert redis_says(port, "FLUSHALL") == "+OK"
    kept.script(ASK.format(name="stopped", count=20, then=""))
    with kept.running("work"):
        wait_until(lambda: kept.ask(OPEN) == 0)
    assert kept.ask(DONE.format("flushed")) == 3
    assert kept.ask(DONE.format("stopped")) == 20


@pytest.fixture
def deaf(port: int) -> Iterator[threading.Event]:
    """A Redis that takes connections and never answers."""
    heard = threading.Event()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()

        def listen() -> None:
            calls = []
            while True:
                try:
                    calls.append(listener.accept())
                except OSError:
                    return
                heard.set()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_nobody_waits_for_a_redis_that_does_not_answer(kept: Installation, deaf: threading.Event) -> None:
    still = 'import os; print("unanswered:", bell.unanswered(), flush=True); os._exit(0)'
    text = kept.script(ASK.format(name="deaf", count=2, then=still))
    assert "unanswered: 2" in text  # both rings were given up to the ringer, and none had come back
    assert kept.ask(OPEN) == 2
    kept.command("work", "--once")
    assert kept.ask(DONE.format("deaf")) == 2
