"""The outside system: a process of its own that holds customer rows and writes down every effect.

    python -m benchmarks.drill.outside PORT FILE

An order to erase carries a key and a fence. A key seen before is answered from memory ("already done");
an order with an older fence than one seen for its key is refused. An order without a key is carried out
as often as it comes, as most systems do. Every order that is carried out is one row of `effect`.
"""

import json
import random
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCHEMA = """
    CREATE TABLE IF NOT EXISTS held (id TEXT PRIMARY KEY, email TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS held_by_email ON held (email);
    CREATE TABLE IF NOT EXISTS seen (idem_key TEXT PRIMARY KEY, fence INTEGER NOT NULL, removed INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS effect (number INTEGER PRIMARY KEY, idem_key TEXT, held_id TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS call (number INTEGER PRIMARY KEY, idem_key TEXT, fence INTEGER, answer TEXT NOT NULL);
"""
SLOWEST_ANSWER_S = 0.04  # between the effect and its answer: the window in which a caller can die


class Store:
    """The rows and the log; one writer at a time."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def find(self, email: str) -> dict[str, Any]:
        with self._lock:
            rows = self._db.execute("SELECT id FROM held WHERE email = ? ORDER BY id", [email]).fetchall()
        return {"keys": [row[0] for row in rows]}

    def erase(self, keys: list[str], idem_key: str | None, fence: int) -> dict[str, Any]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            answer = self._erase(keys, idem_key, fence)
            self._db.execute(
                "INSERT INTO call (idem_key, fence, answer) VALUES (?, ?, ?)", [idem_key, fence, answer["answer"]]
            )
            self._db.execute("COMMIT")
        return answer

    def _erase(self, keys: list[str], idem_key: str | None, fence: int) -> dict[str, Any]:
        if idem_key is not None:
            seen = self._db.execute("SELECT fence FROM seen WHERE idem_key = ?", [idem_key]).fetchone()
            if seen and fence < seen[0]:
                return {"answer": "old_fence"}
            if seen:
                self._db.execute("UPDATE seen SET fence = ? WHERE idem_key = ?", [fence, idem_key])
                return {"answer": "already_done", "removed": 0}
        removed = 0
        for key in keys:
            removed += self._db.execute("DELETE FROM held WHERE id = ?", [key]).rowcount
            self._db.execute("INSERT INTO effect (idem_key, held_id) VALUES (?, ?)", [idem_key, key])
        if idem_key is not None:
            self._db.execute("INSERT INTO seen VALUES (?, ?, ?)", [idem_key, fence, removed])
        return {"answer": "done", "removed": removed}


def make_handler(store: Store) -> type[BaseHTTPRequestHandler]:
    """The two doors: /find and /erase."""

    class Doors(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/find":
                answer = store.find(body["email"])
            else:
                answer = store.erase(body["keys"], body.get("idem_key"), body.get("fence", 0))
                time.sleep(random.uniform(0, SLOWEST_ANSWER_S))
            text = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- http.server names it
            """The log is the table `call`."""

    return Doors


class Server(ThreadingHTTPServer):
    """A caller that was killed is no news."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError | ValueError):  # cut off in the middle of its question
            super().handle_error(request, client_address)


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), make_handler(Store(sys.argv[2]))).serve_forever()
