"""The pages of the console among few requests and among many: two installations, asked in turns.

The time of a page is that of the whole request in this process, the database included; of each page the 95th
percentile counts. `python -m benchmarks.cases.console measure` measures one installation and prints its figures.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from benchmarks.cases import setting_up
from benchmarks.cases.requests_filling import KNOWN
from benchmarks.figures import Figure, tell
from benchmarks.scratch import scratch
from benchmarks.sizes import sizes
from dsr.models import SubjectRequest
from dsr.states import OPEN
from privacy.kernel import clock
from privacy.policy.board_readings import ask_board
from privacy.testing.cast import signed_in

QUEUE = "/console/dsr/subjectrequest/"
STAFF = "lena@bench.example"
PERCENTILE = 95
PAGES, PER_PAGE = 20, 50  # pages that have a number
RIGHTS = (
    "work_subject_request",
    "approve_erasure",
    "switch_rules",
    "manage_holds",
    "publish_policy",
    "manage_webhooks",
    "manage_recipients",
    "tell_people",
    "approve_demand",
)


def pages(client: Client) -> dict[str, Callable[[], object]]:
    """What is opened, by its name."""
    last = SubjectRequest.objects.order_by("-reference")[0]
    year = clock.now().year
    last_page = min(PAGES, -(-SubjectRequest.objects.count() // PER_PAGE))
    middle = SubjectRequest.objects.order_by("received_at")[SubjectRequest.objects.count() // 2]
    found: dict[str, str] = {
        "start page": "/console/",
        "queue": QUEUE,
        "queue, mine": f"{QUEUE}?owner=me",
        "queue, overdue": f"{QUEUE}?show=overdue",
        "queue, right and law": f"{QUEUE}?right=erasure&law=EU-",
        "queue, by reference": f"{QUEUE}?show=all&q={last.reference}",
        "queue, everything": f"{QUEUE}?show=all",
        "queue, everything, last page by number": f"{QUEUE}?show=all&p={last_page}",
        "queue, everything, from the middle on": f"{QUEUE}?show=all&after={middle.pk}",
        "register of refusals": f"{QUEUE}?show=all&register=refusals",
        "register of extensions": f"{QUEUE}?show=all&register=extensions",
        "one case": f"{QUEUE}{last.pk}/change/",
        "month": f"{QUEUE}month/",
        "report of this year": f"{QUEUE}reports/",
        "report of last year": f"{QUEUE}reports/?year={year - 1}",
        "report as CSV": f"{QUEUE}reports/{year - 1}.csv",
        "evidence log": "/console/audit/auditevent/",
        "promise board": "/console/policy/policyversion/promises/",
    }
    asked: dict[str, Callable[[], object]] = {name: partial(_get, client, path) for name, path in found.items()}
    asked["by address"] = partial(_post, client, f"{QUEUE}find/", {"sought": KNOWN})
    return asked


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    answer.getvalue() if answer.streaming else answer.content


def _post(client: Client, path: str, values: dict[str, str]) -> None:
    if b"KX-B" not in client.post(path, values).content:
        raise RuntimeError(f"{path}: nothing found")


def staff() -> Client:
    """Somebody of legal with every right that a page asks for, signed in with the second factor."""
    user = User.objects.filter(email=STAFF).first() or setting_up.person(STAFF, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    mine = SubjectRequest.objects.filter(state__in=OPEN).order_by("reference")[: PER_PAGE + 1]
    SubjectRequest.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(assigned_to=user.pk)
    client = signed_in(user)
    client.defaults["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
    return client


def measure() -> None:
    """Answer each line of the standard input, a number of requests, with the percentile of every page in ms."""
    ask_board(now=clock.now())
    asked = pages(staff())
    for act in asked.values():
        act()
    for line in sys.stdin:
        taken = {}
        for name, act in asked.items():
            times = []
            for _ in range(int(line)):
                started = time.perf_counter()
                act()
                times.append((time.perf_counter() - started) * 1000)
            taken[name] = statistics.quantiles(times, n=100, method="inclusive")[PERCENTILE - 1]
        sys.stdout.write(json.dumps(taken) + "\n")
        sys.stdout.flush()


def counted() -> None:
    """How many statements each page takes here, and which of them take longest."""
    asked = pages(staff())
    for name, act in asked.items():
        act()
        with CaptureQueriesContext(connection) as found:
            act()
        slow = sorted(found.captured_queries, key=lambda each: -float(each["time"]))[:2]
        sys.stdout.write(f"{len(found):3} {name}\n")
        for each in slow:
            sys.stdout.write(f"      {each['time']} s {each['sql'][:1500]}\n")


def main() -> None:
    size = sizes()
    few, many = size.requests_few_and_many
    server = os.environ["DATABASE_URL"] if os.environ["DATABASE_URL"].startswith("postgres") else ""
    with scratch(server, os.environ["KEPT_BENCH_SIZE"]) as large:
        processes = [_measuring(where, count) for where, count in ((dict(os.environ), few), (large, many))]
        rounds: list[list[dict[str, float]]] = [[], []]
        for number in range(size.rounds):
            for place in (0, 1) if number % 2 else (1, 0):
                rounds[place].append(_asked(processes[place], size.pages))
        for process in processes:
            process.communicate()
    for name in rounds[0][0]:
        less, more = (statistics.median(each[name] for each in part) for part in rounds)
        case = f"{name} among {many:,} requests, p{PERCENTILE}"
        tell(Figure(case, "ms", more, f"among {few:,}", less, size.rounds * size.pages))


def _measuring(environment: dict[str, str], count: int) -> "subprocess.Popen[str]":
    fill = [sys.executable, "-m", "benchmarks.cases.requests_filling", str(count)]
    subprocess.run(fill, env=environment, check=True)
    command = [sys.executable, "-m", "benchmarks.cases.console", "measure"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)


def _asked(process: "subprocess.Popen[str]", times: int) -> dict[str, float]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("The process has no pipes.")
    process.stdin.write(f"{times}\n")
    process.stdin.flush()
    taken: dict[str, float] = json.loads(process.stdout.readline())
    return taken


if __name__ == "__main__":
    {"measure": measure, "counted": counted}.get(sys.argv[1] if sys.argv[1:] else "", main)()
