"""The kinds of job. `<app>/job_kinds.py` registers them; a kind that nobody knows needs a human."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privacy.jobs.claiming import Claim

Result = dict[str, int | str] | None
Handler = Callable[["Claim"], Result]


@dataclass(frozen=True, slots=True)
class JobKind:
    """`is_atomic`: the whole function and its finishing are one transaction. Otherwise the function
    makes its own transactions, each of which begins with `claim.hold()`."""

    name: str
    run: Handler
    max_attempts: int
    is_atomic: bool


_kinds: dict[str, JobKind] = {}


def job_kind(name: str, *, max_attempts: int = 8, atomic: bool = True) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of this kind; ValueError where the name is taken."""

    def register(run: Handler) -> Handler:
        if name in _kinds:
            raise ValueError(f"The job kind {name} is registered twice.")
        _kinds[name] = JobKind(name, run, max_attempts, atomic)
        return run

    return register


class UnknownKind(Exception):
    """A job of a kind that no installed app knows."""


def known_kind(name: str) -> JobKind:
    """The kind; UnknownKind where there is none."""
    if name not in _kinds:
        raise UnknownKind(name)
    return _kinds[name]


def every_kind() -> list[str]:
    """The names of all kinds, in their order."""
    return sorted(_kinds)


def is_known(name: str) -> bool:
    """Whether some app does jobs of this kind."""
    return name in _kinds
