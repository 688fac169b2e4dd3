"""The package of a person with few rows and with very many: what building, locking and downloading it takes of memory.

Each is done by a process of its own: building and locking under a code (AES) by the jobs that workers do, downloading
through the page of the person. What counts is the most memory that the process ever held (VmHWM), Django and all it
imported included. It stops where memory grows with the rows, or a row costs more among many.
"""

import subprocess
import sys
import time
import uuid
from pathlib import Path

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings

from accounts.models import User
from benchmarks.cases import setting_up
from benchmarks.cases.retention import fill
from benchmarks.figures import Figure, tell
from benchmarks.scratch import ROOT
from benchmarks.sizes import sizes
from dsr.leaving.models import Departure
from dsr.leaving.rules import new_code
from dsr.leaving.services import KIND
from dsr.leaving.vocabulary import Way
from privacy.jobs.services import enqueue
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import ask_for_package
from privacy.testing.cast import signed_in
from privacy.testing.factories import CaseFactory

FILLED_AT_ONCE = 50_000  # rows: no statement of ours may take long
MAY_GROW = 32  # MiB, from few to many; rows of a million would take hundreds
# A row among a million against one of few: SQLite reads its pages from the disk cache; squared it is a hundred.
MAY_COST = 10


def build(user: User) -> None:
    """Ask for the package, and do the job: find, look through, pack, sign, seal."""
    actor = Actor.subject(user.subject_id)
    package = ask_for_package(subject_id=user.subject_id, actor=actor, now=clock.now())
    run_until_empty()
    package.refresh_from_db()
    if package.state != PackageState.READY:
        raise RuntimeError(f"The package is {package.state}.")


def lock(user: User) -> None:
    """As it leaves on a medium: the package answers a case, and is locked under the code by the job."""
    package = PreparedPackage.objects.get(subject_id=user.subject_id, state=PackageState.READY)
    case = CaseFactory.create(subject=user.subject, reference=f"K-{uuid.uuid4().hex[:7]}")
    answers = PreparedPackage.objects.filter(pk=package.pk)
    answers.update(case_id=case.pk, released_at=clock.now())
    away = Departure.objects.create(
        subject_request=case,
        package_id=package.pk,
        way=Way.MEDIUM,
        code_by="phone",
        code=new_code(),
        ends_at=package.ends_at or clock.now(),
    )
    enqueue(KIND, idem_key=f"{KIND}:{away.pk}", payload={"departure": str(away.pk)}, now=clock.now())
    run_until_empty()
    away.refresh_from_db()
    answers.update(case_id=None, released_at=None)
    if away.size < package.size:
        raise RuntimeError(f"The archive is {away.state}, with {away.size} bytes.")


def download(user: User) -> None:
    """The whole file through the page, a chunk at a time."""
    package = PreparedPackage.objects.get(subject_id=user.subject_id, state=PackageState.READY)
    client = signed_in(user)
    client.defaults["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
    session = client.session  # a password given again would be hashed, which takes more memory than all the rest
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    answer = client.post(f"/my-data/download/{package.pk}/file/")
    if not answer.streaming or sum(map(len, answer)) != package.size:
        raise RuntimeError(f"The download answered {answer.status_code}.")


def most_memory() -> float:
    """MiB that this process held at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def measured(act: str, email: str) -> tuple[float, float]:
    """MiB at most, and CPU seconds, of a process that does this and nothing else."""
    command = [sys.executable, "-m", "benchmarks.cases.streaming", act, email]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    memory, cpu = done.stdout.split()
    return float(memory), float(cpu)


ACTS = {"build": build, "lock": lock, "download": download}  # the download ends the package


def main() -> None:
    if sys.argv[1:]:
        user = User.objects.get(email=sys.argv[2])
        started = time.process_time()
        ACTS[sys.argv[1]](user)
        sys.stdout.write(f"{most_memory()} {time.process_time() - started}\n")
        return
    counts = sizes().rows_of_a_person
    taken: dict[str, list[tuple[float, float]]] = {act: [] for act in ACTS}
    for count in counts:
        user = setting_up.person(f"{uuid.uuid4().hex}@bench.example")
        for start in range(0, count, FILLED_AT_ONCE):
            fill(user.subject_id, min(FILLED_AT_ONCE, count - start))
        for act, figures in taken.items():
            figures.append(measured(act, user.email))
    few, many = counts
    for act, figures in taken.items():
        (less, quick), (more, slow) = figures
        if more > less + MAY_GROW or slow / many > MAY_COST * quick / few:
            raise SystemExit(
                f"{act}: {less:.0f} MiB and {quick:.1f} s of {few:,} rows, {more:.0f} and {slow:.1f} of {many:,}"
            )
        case = f"{act} the package of {many:,} rows"
        tell(Figure(f"{case}, most memory", "MiB", more, f"of {few:,} rows", less, 1))
        tell(Figure(f"{case}, CPU a row", "µs", slow / many * 1e6, f"of {few:,} rows", quick / few * 1e6, 1))


if __name__ == "__main__":
    main()
