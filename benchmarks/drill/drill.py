"""Put a drill together: servers, product, victims, timeline, verdict; then the naive variant in the same way."""

import os
import pickle
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any

from benchmarks.drill.counting import Faults
from benchmarks.drill.servers import Postgres, Program, Redis, stop_all
from benchmarks.drill.timeline import Timeline, read_status
from benchmarks.drill.victims import Crew, Role, in_child

WORKERS, THREADS = 4, 2
PAUSE_S = 3.5  # longer than the lease of two seconds
MEAN_GAP_S = 0.16
NAIVE_KILLS, NAIVE_REQUESTS = 40, 40


def run(*, folder: Path, kills: int, requests: int, seed: int, started: float) -> bool:
    """The whole drill; True where the product shows no fault and the naive variant does."""
    chance = random.Random(seed)
    servers: dict[str, Any] = {}
    try:
        servers["postgres"] = Postgres(folder)
        if Redis.is_installed():
            servers["redis"] = Redis(folder)
        else:
            print("drill: no redis-server here, so the bell rings without Redis", flush=True)
        servers["outside"] = Program("benchmarks.drill.outside", str(folder / "outside.sqlite3"))
        servers["mail"] = Program("benchmarks.drill.mailserver", str(folder / "mails.jsonl"))
        _point_at(servers)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True)
        faults, crew, is_over = _drill_product(folder, servers, kills, requests, chance)
        naive = _drill_naive(folder, chance)
    finally:
        stop_all(servers.values())
    _tell(faults, folder)
    seconds = time.monotonic() - started
    print(f"naive variant, {NAIVE_KILLS} kills, {NAIVE_REQUESTS} requests: {naive.line()}")
    if not naive.total:
        print("drill: the naive variant shows no fault, so this drill proves nothing")
    figures = ", ".join(f"{value} {name}" for name, value in sorted(faults.figures.items()))
    print(f"figures: {figures}, {crew.pauses} pauses, {crew.fell_over} fell over by themselves")
    verdict = "" if is_over else ", did not come to an end"
    print(f"drill: {crew.kills} kills, {requests} requests in {seconds:.0f} s: {faults.line()}{verdict}; seed {seed}")
    return is_over and not faults.total and naive.total > 0


def _point_at(servers: dict[str, Any]) -> None:
    os.environ |= {
        "DATABASE_URL": servers["postgres"].url("kept"),
        "DRILL_NAIVE_URL": servers["postgres"].url("naive"),
        "DRILL_OUTSIDE_PORT": str(servers["outside"].port),
        "DRILL_MAIL_PORT": str(servers["mail"].port),
        "KEPT_SMTP_URL": f"smtp://127.0.0.1:{servers['mail'].port}",
    }
    if "redis" in servers:
        os.environ["REDIS_URL"] = servers["redis"].url


def _drill_product(
    folder: Path, servers: dict[str, Any], kills: int, requests: int, chance: random.Random
) -> tuple[Faults, Crew, bool]:
    import django

    django.setup()
    from benchmarks.drill import product, scene, verdict
    from benchmarks.drill.front import Front

    product.install()
    log = folder / "drill.log"
    in_child(
        lambda: _save(scene.make_scene(requests, chance, folder / "outside.sqlite3"), folder), name="scene", log=log
    )
    cast = pickle.loads((folder / "scene.pickle").read_bytes())
    progress = RawValue("d", 0.0)
    people = Front(cast, folder, lambda: float(progress.value))
    roles = [Role("worker", _work, WORKERS), Role("front", people.work, weight=0.25)]
    if "redis" in servers:
        roles.append(Role("celery", _celery, weight=0.25))
    _refuse_threads()
    crew = Crew(roles, log, chance, PAUSE_S)
    timeline = Timeline(
        crew, kills, MEAN_GAP_S, chance, _setter(progress), lambda: read_status(folder / "status.json"), _say
    )
    timeline.faults = _accidents(servers)
    try:
        is_over = timeline.play()
    finally:
        crew.go_home()
    in_child(lambda: verdict.judge(cast, folder).save(folder / "verdict.json"), name="verdict", log=log)
    return Faults.load(folder / "verdict.json"), crew, is_over


def _drill_naive(folder: Path, chance: random.Random) -> Faults:
    from benchmarks.drill import naive, scene

    log, progress = folder / "naive.log", RawValue("d", 0.0)
    scene.outside_rows(folder / "outside.sqlite3", [naive.address(number) for number in range(NAIVE_REQUESTS)])
    in_child(lambda: naive.connect().execute(naive.SCHEMA), name="schema", log=log)
    front = naive.front(NAIVE_REQUESTS, folder, lambda: float(progress.value))
    crew = Crew([Role("worker", naive.work, WORKERS), Role("front", front, weight=0)], log, chance, PAUSE_S)
    status = folder / "naive-status.json"
    try:
        Timeline(crew, NAIVE_KILLS, MEAN_GAP_S, chance, _setter(progress), lambda: read_status(status), _quiet).play()
    finally:
        crew.go_home()
    in_child(lambda: naive.judge(NAIVE_REQUESTS, folder).save(folder / "naive.json"), name="naive verdict", log=log)
    return Faults.load(folder / "naive.json")


def _accidents(servers: dict[str, Any]) -> list[tuple[float, str, Callable[[], None]]]:
    """What else happens, and at which share of the kills."""
    postgres, outside, mail = servers["postgres"], servers["outside"], servers["mail"]

    def crash_postgres() -> None:
        postgres.crash()
        postgres.start()

    def restart(program: Program) -> Callable[[], None]:
        def happen() -> None:
            program.kill()
            time.sleep(0.5)
            program.start()

        return happen

    accidents = [
        (0.3, "PostgreSQL crashed and came back", crash_postgres),
        (0.45, "the outside system was killed and came back", restart(outside)),
        (0.55, "the mail server was killed and came back", restart(mail)),
    ]
    if redis := servers.get("redis"):
        accidents += [
            (0.2, "Redis was flushed", redis.flush),
            (0.5, "Redis was killed", redis.kill),
            (0.7, "Redis came back empty", redis.start),
        ]
    return accidents


def _work() -> None:
    """A worker as in production: `manage.py work`."""
    from django.core.management import call_command

    call_command("work", threads=THREADS)


def _celery() -> None:
    """A Celery worker as in production: it hears the bell and does the job that rang."""
    from privacy.celery import app

    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=ERROR"]
    app.worker_main(["worker", "--pool=solo", *quiet])


def _refuse_threads() -> None:
    from django.db import connections

    connections.close_all()
    if threading.active_count() > 1:
        raise RuntimeError("The parent has threads, so its children would not start clean.")


def _save(cast: Any, folder: Path) -> None:
    (folder / "scene.pickle").write_bytes(pickle.dumps(cast))


def _setter(progress: Any) -> Callable[[float], None]:
    return lambda value: setattr(progress, "value", value)


def _tell(faults: Faults, folder: Path) -> None:
    for kind in ("lost", "doubled", "stuck", "gaps"):
        for fault in getattr(faults, kind)[:20]:
            print(f"{kind}: {fault}")
    if faults.total:
        print(f"drill: logs are kept in {folder}")


def _say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)


def _quiet(text: str) -> None:
    """The naive variant says nothing on its way."""
