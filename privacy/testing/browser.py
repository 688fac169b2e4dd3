"""A real browser against the real program: `manage.py serve` in demo mode, in a home of its own.

Chromium comes from the system (KEPT_CHROMIUM, or `chromium` on the path), Playwright from
requirements-dev.txt. Where either is missing the tests skip; with CI=true they fail.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from privacy.testing import prepared

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP: "ViewportSize" = {"width": 1280, "height": 900}
PHONE: "ViewportSize" = {"width": 390, "height": 844}
PATIENCE_S = 300  # only ends a command that hangs; nothing is measured


def chromium() -> str:
    """The browser's path, or an empty text."""
    named = os.environ.get("KEPT_CHROMIUM", "")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or ""


def missing() -> str:
    """Why no browser test can run here; empty where one can."""
    if os.environ.get("TEST_DATABASE_URL"):
        return "the browser drives the embedded installation, in the SQLite run"
    if not chromium():
        return "needs Chromium: install it, or name it in KEPT_CHROMIUM"
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "needs Playwright: pip install -r requirements-dev.txt"
    return ""


class Installation:
    """A running `manage.py serve`."""

    def __init__(self, home: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.home = home
        self.base = f"http://localhost:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEPT_", "DATABASE_URL"))}
        self.env = {**kept, "KEPT_HOME": str(home), "KEPT_DEMO": "1", "KEPT_BASE_URL": self.base}
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def start(self) -> None:
        """Until it says that it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-u", "manage.py", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Stop with"):
                return
        pytest.fail("The installation did not start:\n" + self.said)

    def command(self, *words: str) -> str:
        """Run a command beside it, as a person at the terminal would."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        )
        return done.stdout

    def links(self) -> dict[str, str]:
        """The printed one-time links by the first name of the role."""
        return {name.lower(): link for name, link in re.findall(r"^  (\w+) .* (http://\S+)$", self.said, re.MULTILINE)}

    def stop(self, *, kill: bool = False) -> None:
        if self.process:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait(timeout=30)
            if self.process.stdout:
                self.process.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for a module: its tests follow each other as the steps of a story do."""
    running = Installation(tmp_path_factory.mktemp("demo"))
    prepared.lay(running.home / "kept.sqlite3")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def open_page(browser: "Browser", installation: Installation) -> Iterator[Callable[..., "Page"]]:
    """Open a page in a browser of its own; any error on it, or any request to elsewhere, fails the test."""
    contexts, faults = [], []

    def opened(path: str = "/", *, size: "ViewportSize" = DESKTOP, javascript: bool = True) -> "Page":
        context = browser.new_context(viewport=size, java_script_enabled=javascript)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(installation.base) else faults.append(f"asked {asked.url}"),
        )
        page.goto(installation.base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults
