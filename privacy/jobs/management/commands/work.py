"""`manage.py work`: a worker process that polls the job table. No Redis is needed."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy.jobs.quarantine import is_quarantined
from privacy.jobs.worker import Worker, run_until_empty
from privacy.kernel.collector import settle


class Command(BaseCommand):
    help = "Do the jobs in the table until stopped; --once does what is due now and ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=2)
        parser.add_argument("--once", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            if is_quarantined():
                raise CommandError("The database was restored. Run manage.py replay_erasures first.")
            self.stdout.write(f"{run_until_empty()} jobs done")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        worker = Worker(threads=options["threads"])
        settle()
        worker.start()
        stop.wait()
        worker.stop()
