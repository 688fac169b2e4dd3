"""A real server on this machine that receives webhooks, well or badly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Call:
    """One request as it came in."""

    body: bytes
    headers: dict[str, str]

    @property
    def message(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`statuses` are answered one after the other, then `status`; `respond` may do anything else."""

    port: int = 0
    status: int = 204
    statuses: list[int] = field(default_factory=list)
    answer: bytes = b""
    location: str = ""
    respond: Callable[[BaseHTTPRequestHandler], None] | None = None
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def told(self) -> list[str]:
        """What was told, in order of arrival."""
        return [str(call.message["data"].get("status", "ping")) for call in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for a test."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.calls.append(Call(body, {name.lower(): value for name, value in self.headers.items()}))
            if receiver.respond:
                receiver.respond(self)
                return
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else receiver.status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(receiver.answer)))
            self.end_headers()
            self.wfile.write(receiver.answer)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
