"""One complete access and one complete erasure over an outside shop, in CPU seconds.

Cold: a process of its own from its start to its end. Warm: in a process that serves already. The shop is
the sample of the product, or the public music shop (variable KEPT_BENCH_SHOP: a folder with chinook.sqlite).
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import call_command

from accounts.models import User
from benchmarks.cases import setting_up
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

TOOL = "a leading tool"
ACCESS_OF_THE_TOOL = 0.62  # CPU seconds
ERASURE_OF_THE_TOOL = 1.10
MAPS = ROOT / "privacy" / "connectors" / "tests" / "maps"
MUSIC_PEOPLE = ["luisg@embraer.com.br", "leonekohler@surfeu.de", "ftremblay@gmail.com", "bjorn.hansen@yahoo.no"]
SHOP_PEOPLE = [f"{name}.demo@example.com" for name in ("dana", "erik", "farah", "gita")]


def connect_shop() -> list[str]:
    """Make and connect a fresh shop; the addresses of people in it."""
    home = Path(settings.KEPT_HOME)
    if folder := os.environ.get("KEPT_BENCH_SHOP"):
        shutil.copyfile(Path(folder) / "chinook.sqlite", home / "music.sqlite")
        os.environ["CHINOOK_URL"] = f"sqlite:///{home / 'music.sqlite'}"
        call_command("connect", str(MAPS / "chinook_sqlite_systems.yml"), stdout=StringIO())
        return MUSIC_PEOPLE
    call_command("connect", str(build_sample_shop(home / "shop.sqlite")), stdout=StringIO())
    return SHOP_PEOPLE


def access(email: str) -> None:
    """The whole command: find, collect, pack, sign, note."""
    out = Path(settings.KEPT_HOME) / "package.zip"
    call_command("collect", email, out=str(out), reason="Measured", stdout=StringIO())


def erasure(email: str, staff: tuple[str, str]) -> None:
    """From the filing to the receipt: preview, two people of legal, run, proof, letters."""
    person = User.objects.get(email=email)
    first, second = (Actor.staff(User.objects.get(email=each).pk) for each in staff)
    case = file_from_account(user=person, rights=["erasure"], actor=Actor.subject(person.subject_id), now=clock.now())
    run_until_empty()  # the acknowledgement goes out
    plan = prepare_erasure(subject_request=case, actor=first, now=clock.now())
    approve_plan(plan=plan, digest=plan.digest, actor=second, now=clock.now())
    run_until_empty()
    state = SubjectRequest.objects.get(pk=case.pk).state
    if state != State.CLOSED:
        raise RuntimeError(f"The case is {state}.")


STAFF = ("lena@bench.example", "nora@bench.example")


def make_staff() -> None:
    """Two people of legal."""
    for email in STAFF:
        user = setting_up.person(email, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=["work_subject_request", "approve_erasure"]))


def cold(*arguments: str) -> float:
    """CPU seconds of a process and all it started, its own start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def warm(act: Callable[..., None], *arguments: object) -> float:
    """CPU seconds of this process, every thread of it."""
    started = time.process_time()
    act(*arguments)
    return time.process_time() - started


def main() -> None:
    if sys.argv[1:]:
        erasure(sys.argv[1], STAFF)
        return
    rounds = sizes().whole
    setting_up.policy()
    make_staff()
    people = connect_shop()
    taken: dict[str, list[float]] = {"access cold": [], "access warm": [], "erasure cold": [], "erasure warm": []}
    out = str(Path(settings.KEPT_HOME) / "cold.zip")
    for email in people[:2]:
        setting_up.person(email)
    access(people[0])  # imports what the first one needs
    erasure(people[0], STAFF)
    settle()  # as every process that serves or works
    for _ in range(rounds):
        connect_shop()
        for email in people[2:]:
            setting_up.person(email)
        taken["access cold"].append(cold("manage.py", "collect", people[1], "--out", out, "--reason", "Measured"))
        taken["access warm"].append(warm(access, people[1]))
        taken["erasure cold"].append(cold("-m", "benchmarks.cases.whole", people[2]))
        taken["erasure warm"].append(warm(erasure, people[3], STAFF))
    for name, figures in taken.items():
        kind = name.split()[0]
        reference = ACCESS_OF_THE_TOOL if kind == "access" else ERASURE_OF_THE_TOOL
        where = "new process" if name.endswith("cold") else "serving process"
        tell(Figure(f"one {kind}, {where}, CPU", "s", statistics.median(figures), TOOL, reference, rounds))


if __name__ == "__main__":
    main()
