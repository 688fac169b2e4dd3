"""What the payment processors share: answers that are checked before they are believed, and rows that stay."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from privacy.connectors.web.calling import Answer, code_word
from privacy.kernel import clock
from privacy.personal_data.contract import HandlerUnavailable, Person, TablePlan, Treatment

HIDDEN = frozenset({"client_secret", "links"})  # keys of the interface, and addresses that act
NOT_LET_IN, NOT_THERE = (401, 403), (404, 410)
KEEP_YEARS = "10"


def body_of(answer: Answer) -> dict[str, Any] | None:
    """The object of an answer, None where there is none. HandlerUnavailable for everything else."""
    if answer.status in NOT_LET_IN:
        raise HandlerUnavailable("it refuses our key")
    if answer.status in NOT_THERE:
        return None
    if not answer.is_good:
        raise HandlerUnavailable(f"it refuses a call ({error_code(answer)})")
    if answer.data is None and not answer.raw.strip():
        return {}
    if not isinstance(answer.data, dict) or answer.data.get("error"):
        raise HandlerUnavailable("its answer cannot be read")
    return answer.data


def error_code(answer: Answer) -> str:
    """The processor's own code of an error; its text may hold a value of the person."""
    data = answer.data if isinstance(answer.data, dict) else {}
    error = data.get("error")
    found = error.get("code") or error.get("type") if isinstance(error, dict) else data.get("name") or error
    return code_word(found) or str(answer.status)


def rows_of(body: Mapping[str, Any] | None, name: str) -> list[dict[str, Any]]:
    """A list of objects in an answer; HandlerUnavailable where it is none."""
    rows = (body or {}).get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise HandlerUnavailable("its answer cannot be read")
    return rows


def shown(value: Any) -> Any:
    """An object without what opens or does something."""
    if isinstance(value, dict):
        return {name: shown(each) for name, each in value.items() if name not in HIDDEN}
    return [shown(each) for each in value] if isinstance(value, list) else value


def emails_of(person: Person) -> list[str]:
    return list(dict.fromkeys(value.lower() for value in person.values("email")))


def external_ids(person: Person, system: str) -> list[str]:
    """The person's ids in this system: identifiers written as SYSTEM:ID."""
    prefix = f"{system}:"
    return [value[len(prefix) :] for value in person.values("external") if value.startswith(prefix)]


def retained(tables: Mapping[str, list[str]], *, years: str, now: dt.datetime, note: str) -> Iterator[TablePlan]:
    """Records of payments stay for as many years as the law says, from today."""
    today = clock.local_date(now, settings.KEPT_TIME_ZONE)
    until = today.replace(day=min(today.day, 28), year=today.year + int(years))
    for name, keys in tables.items():
        if keys:
            yield TablePlan(name, Treatment.RETAIN, tuple(keys), ground="legal_obligation", until=until, note=note)
