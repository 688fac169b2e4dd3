"""`manage.py promises [--json | --markdown]`: where each of the 102 promises stands here and now."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.policy.figures import ask_now
from privacy.policy.proof_table import proof_table
from privacy.policy.proofs import RESULTS_FILE, read_results
from privacy.policy.standing import PromiseLine, count_states, general_doubt, promise_lines


class Command(BaseCommand):
    help = "Show the 102 promises with their state, controls, tests and live evidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="a list of 102 objects")
        form.add_argument("--markdown", action="store_true", help="docs/promises.md: what the tests prove")
        parser.add_argument("--results", default=str(RESULTS_FILE), help="the file that make test wrote")

    def handle(self, *args: Any, results: str, **options: Any) -> None:
        proven = read_results(Path(results))
        if options["markdown"]:
            if proven is None:
                raise CommandError(f"{results} is missing or cannot be read. Write it: make test")
            self.stdout.write(proof_table(proven), ending="")
            return
        lines = promise_lines(results=proven, ask=ask_now)
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(line) for line in lines], indent=1, ensure_ascii=False))
            return
        doubt = general_doubt(proven)
        for line in lines:
            self._say(line, doubt)
        counts = ", ".join(f"{count} {state}" for state, count in count_states(lines).items() if count)
        self.stdout.write(f"{len(lines)} promises: {counts}.")
        if doubt:
            self.stdout.write(doubt)

    def _say(self, line: PromiseLine, said_once: str) -> None:
        style = {"ok": self.style.SUCCESS, "warn": self.style.WARNING, "danger": self.style.ERROR}.get(line.tone, str)
        self.stdout.write(f"{line.promise.code:<5}{style(f'{line.state:<15}')}{line.promise.title}")
        if line.controls:
            tests = len(line.proof.tests) if line.proof else 0
            self.stdout.write(f"{'':20}{', '.join(line.controls)}; {tests} tests")
            doubts = [line.doubt] if line.doubt and line.doubt != said_once else []
            for sentence in (*line.evidence, *doubts):
                self.stdout.write(f"{'':20}{sentence}")


def _as_json(line: PromiseLine) -> dict[str, Any]:
    tests = line.proof.tests if line.proof else {}
    return {
        "number": line.promise.number,
        "title": line.promise.title,
        "state": line.state,
        "control": ", ".join(line.controls),
        "tests": [{"test": name, "result": _worst(by)} for name, by in sorted(tests.items())],
        "evidence": " ".join(filter(None, (*line.evidence, line.doubt))),
    }


def _worst(by_engine: Mapping[str, str]) -> str:
    """One word over all engines: a failure on either is a failure, a skip counts where it ran nowhere."""
    found = set(by_engine.values())
    return next(word for word in ("failed", "passed", "skipped") if word in found)
