"""The asking side, in a process of its own: keep-alive connections, one thread each.

Reads {"port", "path", "headers", "bodies", "requests", "connections", "expect"} as JSON from standard input, asks,
tells how many seconds it took, and exits 1 where any answer lacks the expected text or is not 200 (or "status"). A %d
in a header is the number of the request.
"""

import http.client
import json
import sys
import threading
import time
from typing import Any


def _ask(job: dict[str, Any], share: int, first: int, wrong: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=30)
    bodies = job["bodies"]
    try:
        for number in range(first, first + share):
            which = number % len(bodies)
            headers = {name: value.replace("%d", str(number)) for name, value in job["headers"].items()}
            headers["Content-Type"] = "application/json"
            connection.request("POST", job["path"].format(which=which), bodies[which], headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status != job.get("status", 200) or job["expect"] not in text:
                wrong.append(f"{answer.status} {text[:200]}")
                return
    except (OSError, http.client.HTTPException) as error:
        wrong.append(type(error).__name__)


def main() -> int:
    job = json.load(sys.stdin)
    wrong: list[str] = []
    share = job["requests"] // job["connections"]
    threads = [
        threading.Thread(target=_ask, args=(job, share, number * share, wrong)) for number in range(job["connections"])
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(f"{time.perf_counter() - started}\n")
    for each in wrong:
        sys.stderr.write(each + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
