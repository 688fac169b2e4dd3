"""Many requests at once over an outside shop of four joined tables: how many a second, and what each costs.

The shop is the sample of the product, filled with 1,000 customers, 5,000 orders, 3,000 notes and 10,000 order lines.
An access is the package that a worker builds: asked for, collected, looked through, signed, sealed. An erasure is the
whole of it: filed, acknowledged, prepared by one of legal, approved by another, run with masking and proof, answered,
closed. SQLite is served by one process, a database server by one for each core, as in production. Each process has
done some of both before. Where `ours` is in requests a second, more is better.
"""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from benchmarks.cases import setting_up
from benchmarks.cases.whole import STAFF, make_staff
from benchmarks.figures import Figure, tell
from benchmarks.scratch import ROOT
from benchmarks.sizes import sizes
from dsr.models import SubjectRequest
from dsr.services.approving import approve_plan
from dsr.services.intake import file_from_account
from dsr.services.planning import prepare_erasure
from dsr.states import State
from privacy.connectors.sample import build_sample_shop
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.collector import settle
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import ask_for_package

CUSTOMERS, ORDERS, NOTES, LINES = 1_000, 5, 3, 2  # orders and notes of each customer, lines of each order
TO_REACH = "the figure to reach"
CPU_TO_REACH = {"access": 0.06, "erasure": 0.11}  # seconds a request
RATE_TO_REACH = {"access": 27.0, "erasure": 16.0}  # a second, many together: ten times a leading tool
MANY_ROUNDS = 3  # of which the median counts: a shared machine is slower at one moment than at another
FEW_RATE_TO_REACH = 20.0  # a second, few accesses together


def address(number: int) -> str:
    return f"customer{number}@shop.example"


def fill_shop() -> None:
    """Make and connect the shop."""
    path = Path(settings.KEPT_HOME) / "shop.sqlite"
    systems = build_sample_shop(path)
    with closing(sqlite3.connect(path)) as shop, shop:
        for table in ("support_notes", "order_lines", "orders", "customers"):
            shop.execute(f"DELETE FROM {table}")
        for customer in range(CUSTOMERS):
            where = ("Lindenweg 4", "Berlin")
            person = (customer, address(customer), f"Customer {customer}", None, *where, "DE", "x", 1, "2024-03-04", 1)
            shop.execute(f"INSERT INTO customers VALUES ({', '.join('?' * len(person))})", person)
            for order in range(customer * ORDERS, (customer + 1) * ORDERS):
                sale = (order, customer, "2024-04-05", f"Customer {customer}", *where, 2 * (order % 200))
                shop.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", sale)
                lines = [(order, line, "Oak stool", 1, order % 200) for line in range(LINES)]
                shop.executemany("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?)", lines)
            notes = [(customer * NOTES + each, customer, "2024-04-06", "Asked for a date.") for each in range(NOTES)]
            shop.executemany("INSERT INTO support_notes VALUES (?, ?, ?, ?)", notes)
    call_command("connect", str(systems), stdout=StringIO())


def access(emails: list[str]) -> None:
    """Ask for every package, then build what is there to build."""
    for user in User.objects.filter(email__in=emails):
        ask_for_package(subject_id=user.subject_id, actor=Actor.subject(user.subject_id), now=clock.now())
    run_until_empty()


def erasure(emails: list[str]) -> None:
    """File, prepare and approve every erasure, then run what is there to run."""
    first, second = (Actor.staff(User.objects.get(email=each).pk) for each in STAFF)
    for user in User.objects.filter(email__in=emails):
        me = Actor.subject(user.subject_id)
        case = file_from_account(user=user, rights=["erasure"], actor=me, now=clock.now())
        plan = prepare_erasure(subject_request=case, actor=first, now=clock.now())
        approve_plan(plan=plan, digest=plan.digest, actor=second, now=clock.now())
    run_until_empty()


ACTS = {"access": access, "erasure": erasure}


def serve() -> None:
    """Do each line of the standard input, an act and addresses; answer with the CPU seconds that it took. The process
    is set up as those that serve and work."""
    settle()
    for line in sys.stdin:
        act, emails = json.loads(line)
        started = time.process_time()
        ACTS[act](emails)
        sys.stdout.write(f"{time.process_time() - started}\n")
        sys.stdout.flush()


class Servers:
    """The processes that share the work."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.cases.together", "serve"]
        pipe = subprocess.PIPE
        count = 1 if connection.vendor == "sqlite" else os.cpu_count() or 1
        self._all = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) for _ in range(count)]
        self._next = 0

    def people(self, count: int) -> list[str]:
        """The next ones of the shop, with an account each."""
        emails = [address(number) for number in range(self._next, self._next + count)]
        self._next += count
        for email in emails:
            setting_up.person(email)
        return emails

    def do(self, act: str, count: int) -> tuple[float, float]:
        """So many together: how many a second, and CPU seconds of each."""
        emails, parts = self.people(count), len(self._all)
        started = time.perf_counter()
        for number, server in enumerate(self._all):
            self._send(server, [act, emails[number::parts]])
        cpu = sum(float(server.stdout.readline()) for server in self._all if server.stdout)
        taken = time.perf_counter() - started
        for server in self._all:  # mail that was not due yet when one of them was done
            self._send(server, ["access", []])
            server.stdout and server.stdout.readline()
        subjects = User.objects.filter(email__in=emails).values_list("subject_id", flat=True)
        done = (
            PreparedPackage.objects.filter(subject_id__in=subjects, state=PackageState.READY).count()
            if act == "access"
            else SubjectRequest.objects.filter(state=State.CLOSED, items__right="erasure").count() - self._closed
        )
        if done != count:
            raise RuntimeError(f"{done} of {count} are done.")
        self._closed += count if act == "erasure" else 0
        return count / taken, cpu / count

    _closed = 0

    @staticmethod
    def _send(server: "subprocess.Popen[str]", what: list[object]) -> None:
        if server.stdin is None:
            raise RuntimeError("The process has no pipe.")
        server.stdin.write(json.dumps(what) + "\n")
        server.stdin.flush()

    def stop(self) -> None:
        for server in self._all:
            server.communicate()


@contextmanager
def servers() -> Iterator[Servers]:
    found = Servers()
    try:
        yield found
    finally:
        found.stop()


def main() -> None:
    if sys.argv[1:] == ["serve"]:
        serve()
        return
    size = sizes()
    few, many = size.few_and_many_together
    setting_up.policy()
    make_staff()
    fill_shop()
    with servers() as all_of_them:
        for act in ACTS:
            all_of_them.do(act, 2 * (os.cpu_count() or 1))
        for act in ACTS:
            taken = [all_of_them.do(act, few) for _ in range(size.whole)]
            rate, cpu = (statistics.median(each) for each in zip(*taken, strict=True))
            n = few * size.whole
            tell(Figure(f"one {act} over four tables, CPU", "s", cpu, TO_REACH, CPU_TO_REACH[act], n))
            if act == "access":
                case = f"{few} {act} requests together, a second"
                tell(Figure(case, "/s", rate, TO_REACH, FEW_RATE_TO_REACH, n))
            rounds = min(MANY_ROUNDS, size.whole)
            rate = statistics.median(all_of_them.do(act, many)[0] for _ in range(rounds))
            case, n = f"{many} {act} requests together, a second", many * rounds
            tell(Figure(case, "/s", rate, TO_REACH, RATE_TO_REACH[act], n))


if __name__ == "__main__":
    main()
