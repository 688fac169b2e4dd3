"""Where each of the 102 promises stands here and now: its live controls and its tests, in one state."""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from privacy.policy.board import ControlState, controls_of
from privacy.policy.catalog import Promise, promises
from privacy.policy.figures import Figure, live_figures
from privacy.policy.proofs import Proof, Result, Results, running_digest

Asker = Callable[[Iterable[int]], Mapping[int, Figure]]


class PromiseState(enum.StrEnum):
    """The five things that can be said about a promise."""

    KEPT = "kept"  # every named test passed on this very code, and every live control is green
    NOT_PROVEN = "not proven"  # the controls are green, but its tests did not all run on this code
    NOT_CONFIGURED = "not configured"  # it is built, and waits for the switch that the evidence names
    NOT_BUILT = "not built"  # no live control answers for it
    BROKEN = "broken"  # a control is red, or a test failed on this code


TONES = {
    PromiseState.KEPT: "ok",
    PromiseState.NOT_PROVEN: "warn",
    PromiseState.NOT_CONFIGURED: "warn",
    PromiseState.NOT_BUILT: "muted",
    PromiseState.BROKEN: "danger",
}
DOUBTS = {
    Result.UNTESTED: "No test names it.",
    Result.SKIPPED: "Some of its tests were skipped and ran nowhere.",
}


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise on the board. `evidence` are sentences of figures, which name nobody; `doubt` says why
    the tests prove nothing about this code, where the state is not proven."""

    promise: Promise
    state: PromiseState
    controls: tuple[str, ...]
    proof: Proof | None
    evidence: tuple[str, ...]
    doubt: str = ""

    @property
    def tone(self) -> str:
        return TONES[self.state]


def promise_lines(*, results: Results | None, ask: Asker = live_figures) -> list[PromiseLine]:
    """Every promise in order. `results` are those of the last full test run, None where there are none.

    `ask` asks the controls: `live_figures` with answers of the last minute, `ask_now` afresh.
    """
    doubt = general_doubt(results)
    figures = ask(promises())
    return [_line(promise, figures.get(number), results, doubt) for number, promise in promises().items()]


def count_states(lines: list[PromiseLine]) -> dict[PromiseState, int]:
    """How many promises stand in each state, in the order of the states."""
    return {state: sum(line.state is state for line in lines) for state in PromiseState}


def general_doubt(results: Results | None) -> str:
    """Why these results prove nothing about the code that runs, or nothing."""
    if results is None:
        return "No test results are here: docs/promises.json is missing. Run: make test"
    if results.digest != running_digest():
        return "The test results are of other code than this. Run: make test"
    return ""


def _line(promise: Promise, figure: Figure | None, results: Results | None, doubt: str) -> PromiseLine:
    proof = results.proofs.get(promise.number) if results else None
    codes = tuple(control.code for control in controls_of(promise.number))
    if figure is None:
        partly = "Tests stand for parts of it. " if proof and proof.tests else ""
        return PromiseLine(promise, PromiseState.NOT_BUILT, codes, proof, (f"{partly}No live control answers for it.",))
    result = proof.result if proof else Result.UNTESTED
    doubt = doubt or DOUBTS.get(result, "")
    has_failed = not doubt and result is Result.FAILED
    if figure.state is ControlState.RED or has_failed:
        failed = _failed(proof) if proof and has_failed else ()
        return PromiseLine(promise, PromiseState.BROKEN, codes, proof, (*failed, *figure.evidence))
    if figure.state is ControlState.NOT_CONFIGURED:
        evidence = (*figure.evidence, *_switches(promise.number))
        return PromiseLine(promise, PromiseState.NOT_CONFIGURED, codes, proof, evidence)
    state = PromiseState.NOT_PROVEN if doubt else PromiseState.KEPT
    return PromiseLine(promise, state, codes, proof, figure.evidence, doubt)


def _failed(proof: Proof) -> tuple[str, ...]:
    names = [name.rpartition("::")[2] for name, by in sorted(proof.tests.items()) if "failed" in by.values()]
    return tuple(f"The test {name} failed on this code." for name in names)


def _switches(number: int) -> tuple[str, ...]:
    return tuple(f"Switch: {control.switch}." for control in controls_of(number) if control.switch)
