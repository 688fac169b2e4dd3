"""`manage.py serve`: everything in one process on 127.0.0.1. `make run` calls it in demo mode."""

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.pages.demo.cast import ERIK_EMAIL, present_roles
from privacy.pages.demo.entering import make_link
from privacy.pages.demo.installing import install_demo
from privacy.pages.serving import Background, open_server


class Command(BaseCommand):
    help = "Migrate, then serve web, worker and beat in one process on 127.0.0.1, until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=8, help="requests answered at once")
        parser.add_argument("--workers", type=int, default=2, help="jobs done at once")

    def handle(self, *args: Any, port: int, threads: int, workers: int, **options: Any) -> None:
        try:
            server = open_server(port=port, threads=threads)
        except DomainError as error:
            raise CommandError(error.message) from None
        call_command("migrate", verbosity=0, interactive=False)
        if settings.KEPT_DEMO:
            self._set_stage()
        background = Background(threads=workers)
        background.start()
        self._greet(port)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._leave)
        try:
            server.run()
        finally:
            server.close()
            background.stop()

    @staticmethod
    def _leave(*_: Any) -> None:
        raise SystemExit(0)

    def _set_stage(self) -> None:
        settings.KEPT_DEMO_FILE.write_text(settings.KEPT_BASE_URL, encoding="utf-8")
        install_demo(now=clock.now())

    def _greet(self, port: int) -> None:
        base = f"http://localhost:{port}"
        say = self.stdout.write
        say(f"Kept is ready: {base}/")
        if settings.KEPT_DEMO:
            say("\nEnter as (each link works once):")
            for role in present_roles():
                say(f"  {role.name:<12} {role.what:<26} {base}{make_link(role)}")
            python = os.path.relpath(sys.executable)
            say(f"\nThe story in a terminal:\n  {python} manage.py story {ERIK_EMAIL} --right erasure")
        say("\nStop with Ctrl-C. A second start goes on where this one ended.")
        self.stdout.flush()
