"""Kept in one process: the web server, the worker's threads, and Celery's worker and beat on memory://."""

import errno
import threading
from typing import Any

from celery.beat import EmbeddedService
from django.core.wsgi import get_wsgi_application
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from privacy.celery import app
from privacy.jobs.worker import Worker
from privacy.kernel.errors import DomainError

HOST = "127.0.0.1"


class PortTaken(DomainError):
    """Another program listens there."""

    code = "port_taken"


def open_server(*, port: int, threads: int) -> BaseWSGIServer | MultiSocketServer:
    """Listen on 127.0.0.1; requests are answered once `run` is called. PortTaken names the mend."""
    try:
        return create_server(get_wsgi_application(), host=HOST, port=port, threads=threads, ident="Kept")
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise PortTaken(
            f"Port {port} cannot be used: another program has it, or it is reserved. "
            "Choose another one, such as: make run PORT=8080",
            field="port",
        ) from None


class Background:
    """Everything that works behind the pages. The threads die with the process; the job rows do not."""

    def __init__(self, *, threads: int) -> None:
        self._worker = Worker(threads=threads)
        self._bell = app.WorkController(
            hostname="kept@embedded",
            pool_cls="solo",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            quiet=True,
        )
        self._beat: Any = EmbeddedService(app, thread=True, scheduler_cls="celery.beat:Scheduler")

    def start(self) -> None:
        self._worker.start()
        threading.Thread(target=self._bell.start, name="kept-celery", daemon=True).start()
        self._beat.daemon = True
        self._beat.start()

    def stop(self) -> None:
        """Let the jobs in hand end; what is cut off all the same is done again after the next start."""
        self._worker.stop(timeout=10)
