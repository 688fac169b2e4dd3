"""What every connector must do, as checks that run against a system with invented people: `check_handler(world)`.

No test tool is needed: a check that fails raises NotConforming with a sentence that says what is expected.
"""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol, TypeVar

from privacy.kernel import clock
from privacy.personal_data.contract import Action, Chunk, Handler, HandlerPlan, HandlerUnavailable, Person, Treatment

Answer = TypeVar("Answer")


class NotConforming(AssertionError):
    """A connector does not do what the contract says."""


class World(Protocol):
    """A system with people in it. `person` has data there and is erased by the checks; `other` has data that nobody
    may touch; `stranger` has none."""

    person: Person
    other: Person
    stranger: Person

    @property
    def handler(self) -> Handler:
        """The connector."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The credentials, which no text may hold."""

    def state_of_others(self) -> Any:
        """Everything in the system that is not the person's, to be compared."""

    def state(self) -> Any:
        """Everything in the system, to be compared."""

    def silent(self) -> contextlib.AbstractContextManager[None]:
        """In it the system does not answer."""


OURS = "kept"
TURNS = 10  # how often a system that takes its time is asked again


def check_handler(world: World) -> None:
    """All checks, in an order in which the erasure comes last. Raises NotConforming.

    A system that takes its time (people, jobs on the other side) has a method `let_time_pass`: it is called where an
    effect or the look after it says that it is not finished, and then the same is asked again. One that cannot be
    searched, so that it is asked to erase whoever it is, says `is_asked_blindly`.
    """
    check_finding(world)
    check_exporting(world)
    check_planning(world)
    if world.handler.system != OURS:  # our own tables are as silent as Kept itself
        check_silence(world)
    check_erasing(world)


def check_finding(world: World) -> None:
    """It finds the person, counts what it exports, and finds nothing of a stranger."""
    found = {each.table: each.rows for each in world.handler.find(world.person)}
    _must(sum(found.values()) > 0, "It finds the rows of a person that it holds.")
    exported = Counter(record.table for record in world.handler.export(world.person))
    _must(
        {table: rows for table, rows in found.items() if rows} == dict(exported),
        f"It exports as many rows of each table as it finds: found {found}, exported {dict(exported)}.",
    )
    _must(not any(each.rows for each in world.handler.find(world.stranger)), "It finds nothing of a stranger.")
    _must(not list(world.handler.export(world.stranger)), "It exports nothing about a stranger.")


def check_exporting(world: World) -> None:
    """What leaves is plain JSON, with a category, without secrets and without other people."""
    for record in world.handler.export(world.person):
        text = json.dumps(record.row)
        _must(bool(record.category), f"A row of {record.table} says of which category it is.")
        _no_secret(world, text)
        for identity in world.other.identities:
            _must(identity.value.lower() not in text.lower(), f"A row of {record.table} names another person.")


def check_planning(world: World) -> None:
    """A plan touches nothing, names each row once, and gives a reason for what stays and for what it cannot do."""
    before = world.state()
    for action in Action:
        plan = world.handler.plan(world.person, action, now=clock.now())
        _must(plan.handler == world.handler.key, "A plan carries the key of its handler.")
        _must(plan.action is action, "A plan carries its action.")
        if plan.not_offered:
            _must(len(plan.not_offered.split()) > 2, f"It says in a sentence why it cannot {action}.")  # noqa: PLR2004
        for table in plan.tables:
            _must(len(set(table.keys)) == len(table.keys), f"The plan names each row of {table.table} once.")
            stays = table.treatment is Treatment.RETAIN or bool(table.kept_fields)
            _must(not stays or bool(table.ground), f"What stays of {table.table} has a ground.")
            _must(
                table.treatment is not Treatment.RETAIN or table.until is not None, f"{table.table} stays until a day."
            )
        for residual in plan.residuals:
            _must(bool(residual.what and residual.why and residual.who), "A residual says what, why and who must act.")
    stranger = world.handler.plan(world.stranger, Action.ERASE, now=clock.now())
    _must(stranger.nothing_held or getattr(world, "is_asked_blindly", False), "A stranger's plan is empty.")
    _must(world.state() == before, "Finding, exporting and planning change nothing.")


def check_silence(world: World) -> None:
    """A system that does not answer is unavailable, never empty, and the text names nobody and no credential."""
    with world.silent():
        for name, ask in (
            ("find", lambda: world.handler.find(world.person)),
            ("export", lambda: list(world.handler.export(world.person))),
            ("plan", lambda: _problems_or_raise(world.handler.plan(world.person, Action.ERASE, now=clock.now()))),
        ):
            try:
                ask()
            except HandlerUnavailable as silence:
                _no_secret(world, str(silence))
                for identity in world.person.identities:
                    _must(identity.value.lower() not in str(silence).lower(), "The text of a failure names nobody.")
            else:
                raise NotConforming(f"{name} raises HandlerUnavailable while the system does not answer.")


def check_erasing(world: World) -> None:
    """An erasure does what its plan says, once however often it is sent; then the person is not found, but for what
    the plan retains, and nobody else lost anything."""
    others = world.state_of_others()
    plan = world.handler.plan(world.person, Action.ERASE, now=clock.now())
    _must(not plan.problems, f"The plan of the erasure has no problems: {plan.problems}")
    if plan.not_offered:
        return
    for chunk in _chunks(plan):
        result = _patiently(world, partial(world.handler.apply_chunk, chunk))
        counted = result.removed + result.anonymized + result.retained + result.already_done
        counted += sum(each.rows for each in result.residuals if not each.until)
        _must(
            counted == len(chunk.keys), f"Every key of {chunk.plan.table} is counted: {counted} of {len(chunk.keys)}."
        )
    for chunk in _chunks(plan, fence=2):
        again = world.handler.apply_chunk(chunk)
        _must(not again.removed and not again.anonymized, f"{chunk.plan.table}: sent again, nothing is done twice.")
    left = _patiently(world, partial(world.handler.verify, world.person, plan))
    _must(not left, f"Asked again, nothing is left beyond the plan: {[each.table for each in left]}")
    _must(world.state_of_others() == others, "Nothing of other people was touched.")
    retained = {table.table for table in plan.tables if table.treatment is Treatment.RETAIN or table.kept_fields}
    blanked = {table.table for table in plan.tables if table.treatment is Treatment.ANONYMIZE} - retained
    for found in _patiently(world, partial(world.handler.find, world.person)):
        stays = found.table in retained or found.table in blanked
        _must(not found.rows or stays, f"{found.table} still holds rows that no plan retains.")
    for record in world.handler.export(world.person) if blanked else ():
        text = json.dumps(record.row).lower()
        names = any(each.value.lower() in text for each in world.person.identities)
        _must(record.table not in blanked or not names, f"A row of {record.table} that was blanked names the person.")
    if getattr(world, "is_asked_blindly", False):
        _erase_nobody(world)


def _erase_nobody(world: World) -> None:
    """Whoever is asked about without being known there loses nobody anything."""
    before = world.state_of_others()
    for chunk in _chunks(world.handler.plan(world.stranger, Action.ERASE, now=clock.now())):
        _patiently(world, partial(world.handler.apply_chunk, chunk))
    _must(world.state_of_others() == before, "To erase a stranger touches nothing.")


def _patiently(world: World, ask: Callable[[], Answer]) -> Answer:
    wait: Callable[[], None] | None = getattr(world, "let_time_pass", None)
    if wait is not None:
        for _ in range(TURNS):
            try:
                return ask()
            except HandlerUnavailable:
                wait()
    return ask()


def _chunks(plan: HandlerPlan, *, fence: int = 1, size: int = 50) -> Iterator[Chunk]:
    for number, table in enumerate(plan.tables):
        for start in range(0, len(table.keys), size):
            yield Chunk(table, table.keys[start : start + size], f"conformance:{number}:{start}", fence)


def _problems_or_raise(plan: HandlerPlan) -> None:
    """A plan may say as a problem that its system is silent."""
    if plan.problems:
        raise HandlerUnavailable(plan.problems[0])


def _no_secret(world: World, text: str) -> None:
    for secret in world.secrets:
        _must(not secret or secret not in text, "No text holds a credential.")


def _must(is_so: bool, expected: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not is_so:
        raise NotConforming(expected)
