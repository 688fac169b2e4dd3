"""Checks of how Kept is installed: what an operator sets once and may forget."""

import os
import secrets
import stat
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from privacy.kernel import clock
from privacy.kernel.deadlines.calendars import NONE, is_holiday
from privacy.kernel.deadlines.profiles import profile
from privacy.kernel.errors import DomainError
from privacy.pages.readiness.contract import Answer, green, red, yellow
from privacy.pages.readiness.outside import is_reachable
from privacy.pages.readiness.partners import check_opendsr
from privacy.pages.readiness.scanning import check_scanner
from privacy.pages.readiness.sharing import folders

LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_keys() -> Answer:
    """Whoever reads the keys file reads everything that is encrypted."""
    path = Path(settings.KEPT_KEYS_FILE)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & OTHERS:
        return red(f"Others may open the keys file (mode {mode:04o}).", "Run chmod 600 on the file KEPT_KEYS_FILE.")
    return green("Only its owner may open the keys file. Keep a copy of it apart from the backups.")


def check_migrations() -> Answer:
    """The tables are those of this version."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return red(f"{waiting} migrations are not applied.", "Run manage.py migrate.")
    return green("Every migration is applied.")


def check_folders() -> Answer:
    """Both doors of storage take a file and give it back."""
    for setting, folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe-{secrets.token_hex(6)}"
            try:
                with probe.open("w", encoding="utf-8") as file:
                    file.write("probe")
                    file.flush()
                    os.fsync(file.fileno())
            finally:
                probe.unlink(missing_ok=True)
        except OSError as error:
            return red(
                f"{setting} cannot be written ({type(error).__name__}).",
                f"Set {setting} to a folder that the user of this process may write, with space left.",
            )
    return green("KEPT_FILES and KEPT_EVIDENCE can be written.")


def check_address() -> Answer:
    """Visitors come by https, and no fault page tells the inside."""
    url = urlsplit(settings.KEPT_BASE_URL)
    if settings.DEBUG:
        return red("KEPT_DEBUG is on: fault pages show data.", "Remove KEPT_DEBUG.")
    if url.scheme != "https" and url.hostname not in LOCAL_HOSTS:
        return red("KEPT_BASE_URL is not https: sign-ins can be read on the way.", "Set KEPT_BASE_URL to https://…")
    if url.scheme != "https":
        return yellow("Kept is reached by this machine only.", "For others, set KEPT_BASE_URL to https://…")
    return green("Visitors come by https.")


def check_demo() -> Answer:
    """The demo has invented people and shows sign-in codes: not where others can come in."""
    if not settings.KEPT_DEMO:
        return green("Demo mode is off.")
    if urlsplit(settings.KEPT_BASE_URL).hostname not in LOCAL_HOSTS:
        return red("Demo mode is on at a public address.", "Remove KEPT_DEMO and run manage.py clear_demo.")
    return yellow("Demo mode is on: no mail leaves, people are invented.", "For real use run manage.py clear_demo.")


def check_mail() -> Answer:
    """Without a mail server every message is kept here instead of sent."""
    if not settings.KEPT_SMTP_URL:
        return yellow("No mail server: messages are kept here, nobody gets them.", "Set KEPT_SMTP_URL.")
    url = urlsplit(settings.KEPT_SMTP_URL)
    if not is_reachable(url.hostname or "", url.port or 25):
        return red("The mail server does not answer.", "Check host and port in KEPT_SMTP_URL, and the firewall.")
    return green("The mail server answers.")


def check_redis() -> Answer:
    """Redis only makes work start sooner; one that is configured and away is a mistake nonetheless."""
    if not settings.REDIS_URL:
        return green("No Redis is configured: workers look for work every few seconds.")
    url = urlsplit(settings.REDIS_URL)
    if not is_reachable(url.hostname or "", url.port or 6379):
        return red("Redis does not answer. Work goes on, a little later.", "Start Redis, or remove REDIS_URL.")
    return green("Redis answers.")


def check_time() -> Answer:
    """Deadlines need a zone, a law and holidays."""
    try:
        today = clock.local_date(clock.now(), settings.KEPT_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        return red("KEPT_TIME_ZONE is not known here.", "Set it to a name such as Europe/Berlin; install tzdata.")
    try:
        profile(settings.KEPT_PROFILE)
    except DomainError:
        return red("KEPT_PROFILE names a law that Kept does not know.", "Choose one that `manage.py due --help` lists.")
    try:
        if settings.KEPT_CALENDAR != NONE:
            is_holiday(today.replace(year=today.year + 1, day=1), settings.KEPT_CALENDAR)
    except DomainError as error:
        return red(f"KEPT_CALENDAR: {error.message}", "Set KEPT_CALENDAR to one of those, or to NONE.")
    return green("Time zone, law and holidays are known, next year's too.")


def check_static() -> Answer:
    """Pages without their stylesheet cannot be used."""
    if settings.WHITENOISE_USE_FINDERS:
        return green("Style sheets are served from the program itself.")
    root = Path(settings.STATIC_ROOT)
    sources: dict[str, Path] = {}
    for finder in get_finders():
        for name, storage in finder.list([".*"]):  # as collectstatic leaves them out
            sources.setdefault(name, Path(storage.path(name)))  # the first one counts, as for collectstatic
    late = [name for name, source in sources.items() if not _is_copy(root / name, source)]
    if late:
        return red(
            f"{len(late)} style sheets or pictures are missing or old.", "Run manage.py collectstatic --no-input."
        )
    return green("Style sheets are collected.")


def _is_copy(target: Path, source: Path) -> bool:
    return target.is_file() and target.stat().st_size == source.stat().st_size


INSTALLATION = [
    ("keys", "Keys", check_keys),
    ("migrations", "Migrations", check_migrations),
    ("folders", "Folders", check_folders),
    ("address", "Address", check_address),
    ("demo", "Demo mode", check_demo),
    ("mail", "Mail", check_mail),
    ("redis", "Redis", check_redis),
    ("time", "Time and law", check_time),
    ("static", "Static files", check_static),
    ("opendsr", "OpenDSR", check_opendsr),
    ("scanner", "Virus scanner", check_scanner),
]
