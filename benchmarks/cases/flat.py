"""One decision among few events and among many: two installations, asked in turns.

Time from asking to the whole answer, one after another: the database has its part in it.
"""

import json
import os
import subprocess
import sys
from functools import partial

from benchmarks.cases.decisions import serving, time_per_request
from benchmarks.figures import Figure, compared, tell
from benchmarks.scratch import scratch
from benchmarks.sizes import sizes

ASKED = "from benchmarks.cases import setting_up; import json, sys; json.dump(setting_up.questions({n}), sys.stdout)"


def prepare(environment: dict[str, str], events: int, people: int) -> dict[str, object]:
    """Fill one installation, and say whom to ask about and how."""
    subprocess.run([sys.executable, "-m", "benchmarks.cases.filling", str(events)], env=environment, check=True)
    command = [sys.executable, "-c", ASKED.format(n=people)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    key, questions = json.loads(done.stdout)
    return {"bodies": questions, "headers": {"Authorization": f"Bearer {key}"}, "path": "/api/v1/decisions"}


def main() -> None:
    size = sizes()
    few, many = size.few_and_many
    server = os.environ["DATABASE_URL"] if os.environ["DATABASE_URL"].startswith("postgres") else ""
    name = os.environ["KEPT_BENCH_SIZE"]
    small = dict(os.environ)
    with scratch(server, name) as large:
        asked = [prepare(where, events, size.people) for where, events in ((small, few), (large, many))]
        kind = size.with_servers[0]
        door = "privacy.wsgi:application"
        with serving(kind, door, small) as of_small, serving(kind, door, large) as of_large:
            common = {"requests": size.requests, "connections": 1, "expect": '"decision":'}
            jobs = [{**common, **job, "port": one[1]} for job, one in zip(asked, (of_small, of_large), strict=True)]
            less, more = compared(size.rounds, *(partial(time_per_request, job) for job in jobs))
        n = size.rounds * size.requests
        tell(Figure(f"a decision among {many:,} events, time", "µs", more, f"among {few:,}", less, n))


if __name__ == "__main__":
    main()
