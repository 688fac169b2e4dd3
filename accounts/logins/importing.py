"""Take over the login history of another system: once for each of its rows, however often it is read.

Whose a row is says an identifier, never a likeness: who is not known is counted and reported.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import IntegrityError, transaction

from accounts.audit_events import LOGINS_IMPORTED
from accounts.logins.rules import clean_address
from accounts.logins.whose import NotHere, PeopleOfNames
from accounts.models import EndReason, LoginEvent
from privacy.audit.services import record
from privacy.kernel import bulk_rows
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.policy.board import is_on

ROWS = 2_000  # in one transaction
MOST_NAMES = 20_000  # that are listed
COLUMNS = (
    "id",
    "subject",
    "ip",
    "agent",
    "logged_in_at",
    "expires_at",
    "logged_out_at",
    "end_reason",
    "source",
    "is_demo",
)
NAMESPACE = uuid.UUID("6d1c8a52-2f0f-5b0e-9a43-5c3f0d6a7e11")


@dataclass(frozen=True, slots=True)
class ForeignLogin:
    """A login as another system wrote it down. `key` is its row there; `ended_at` None: that was not recorded."""

    key: str
    user_name: str
    ip: str
    logged_in_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(slots=True)
class Imported:
    """What an import did: rows read, added, there already, and given the end that was missing; and the names that
    lead to nobody, or to several people, each with its number of rows: no more than MOST_NAMES of them, the rows of any
    further ones are only counted."""

    read: int = 0
    added: int = 0
    known: int = 0
    ended: int = 0
    strange: Counter[tuple[str, NotHere]] = field(default_factory=Counter)
    unlisted: int = 0

    @property
    def left_out(self) -> int:
        return self.strange.total() + self.unlisted

    def leave_out(self, name: str, why: NotHere) -> None:
        """Count a row of a name that leads to nobody."""
        if (name, why) in self.strange or len(self.strange) < MOST_NAMES:
            self.strange[name, why] += 1
        else:
            self.unlisted += 1


def import_logins(
    *,
    source: str,
    logins: Iterable[ForeignLogin],
    address_of: Callable[[str], str],
    actor: Actor,
    now: dt.datetime,
    is_dry_run: bool = False,
) -> Imported:
    """Store the logins whose user names lead to one person: by the identifier `SOURCE:NAME`, or by the email address
    that `address_of` gives for the name. Streams; each piece is one transaction, so that a killed import goes on where
    it is started again.

    Raises InvalidInput(source) for a bad key, DomainError where the login history is switched off.
    """
    if not is_on("accounts.login_history"):
        raise DomainError("The login history is switched off (accounts.login_history).", code="switched_off")
    if not source or len(source) > 60:  # noqa: PLR2004 - as the column is long
        raise InvalidInput("Name the source by the key of its system.", field="source")
    done, people = Imported(), PeopleOfNames(source, address_of)
    for piece in _pieces(logins):
        done.read += len(piece)
        rows = []
        owners = people.of({login.user_name for login in piece})
        for login in piece:
            owner = owners[login.user_name]
            if isinstance(owner, NotHere):
                done.leave_out(login.user_name, owner)
            else:
                rows.append(_row(source, login, *owner))
        _store(rows, done, source=source, actor=actor, now=now, is_dry_run=is_dry_run)
    return done


def _pieces(logins: Iterable[ForeignLogin]) -> Iterator[list[ForeignLogin]]:
    rest = iter(logins)
    while piece := list(islice(rest, ROWS)):
        yield piece


def _row(source: str, login: ForeignLogin, subject_id: uuid.UUID, is_demo: bool) -> LoginEvent:  # noqa: FBT001
    """The id is made of the source and its key: the same row is the same login at every attempt."""
    return LoginEvent(
        id=uuid.uuid5(NAMESPACE, f"{source}|{login.key}"),
        subject_id=subject_id,
        ip=clean_address(login.ip),
        logged_in_at=login.logged_in_at,
        expires_at=login.ended_at or login.logged_in_at,
        logged_out_at=login.ended_at,
        end_reason=EndReason.LOGOUT if login.ended_at else EndReason.NOT_RECORDED,
        source=source,
        is_demo=is_demo,
    )


def _store(
    rows: list[LoginEvent], done: Imported, *, source: str, actor: Actor, now: dt.datetime, is_dry_run: bool
) -> None:
    by_id = {row.pk: row for row in rows}  # an export may hold a row twice
    with transaction.atomic():
        there = dict(LoginEvent.objects.filter(pk__in=by_id).values_list("pk", "end_reason"))
        new = [row for key, row in by_id.items() if key not in there]
        late = [
            row
            for key, row in by_id.items()
            if there.get(key) == EndReason.NOT_RECORDED and row.end_reason != EndReason.NOT_RECORDED
        ]
        done.added += len(new)
        done.ended += len(late)
        done.known += len(rows) - len(new) - len(late)
        if is_dry_run or not (new or late):
            return
        _insert(new)
        for row in late:
            LoginEvent.objects.filter(pk=row.pk, end_reason=EndReason.NOT_RECORDED).update(
                logged_out_at=row.logged_out_at, expires_at=row.expires_at, end_reason=row.end_reason
            )
        record(LOGINS_IMPORTED, actor=actor, at=now, source=source, added=len(new), ended=len(late))


def _insert(rows: list[LoginEvent]) -> None:
    """By the fast way of the database; where another import of the same rows was faster, only those it did not add."""
    try:
        with transaction.atomic():
            bulk_rows.write_rows(LoginEvent, COLUMNS, map(_plain, rows))
    except IntegrityError:
        LoginEvent.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _plain(row: LoginEvent) -> tuple[bulk_rows.Plain, ...]:
    return (
        str(row.pk),
        str(row.subject_id),
        row.ip,
        row.agent,
        _moment(row.logged_in_at),
        _moment(row.expires_at),
        _moment(row.logged_out_at) if row.logged_out_at else None,
        str(row.end_reason),
        row.source,
        row.is_demo,
    )


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}+00:00"
