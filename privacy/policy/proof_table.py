"""`docs/promises.md`: what is built and proven by tests, from `docs/promises.json` and nothing else.

So the two files always agree, and a reader of the repository sees what the last full run proved. Whether
a promise is kept in an installation is said by its own board: `manage.py promises`.
"""

from privacy.policy.proofs import Proof, Result, Results

HEAD = """# The promises

The 102 promises of the source policy, what answers for each, and the tests that prove it. Written by
`manage.py promises --markdown` from `docs/promises.json`, which every full `make test` writes.

Whether a promise is kept in an installation depends on its live controls too: `manage.py promises`, or the
promise board in the console. There a promise is *kept* only while every control is green and every test
named here passed on the very code that runs.
"""
WORDS = {
    Result.PASSED: "proven",
    Result.FAILED: "**a test fails**",
    Result.SKIPPED: "not proven: tests were skipped",
    Result.UNTESTED: "not proven: no test",
}


def proof_table(results: Results) -> str:
    """The whole page in Markdown."""
    proofs = [proof for _, proof in sorted(results.proofs.items())]
    built = [proof for proof in proofs if proof.controls]
    proven = sum(proof.result is Result.PASSED for proof in built)
    summary = (
        f"{len(proofs)} promises: {proven} proven, {len(built) - proven} built and not proven, "
        f"{len(proofs) - len(built)} not built.\n"
        f"Tested on {' and '.join(results.engines)}; code `{results.digest[:16]}`.\n"
    )
    lines = ["| # | Promise | Level | Control | State | Tests |", "|---|---|---|---|---|---|", *map(_row, proofs)]
    return f"{HEAD}\n{summary}\n" + "\n".join(lines) + "\n"


def _row(proof: Proof) -> str:
    controls = "<br>".join(f"{label} (`{code}`)" for code, label in sorted(proof.controls.items()))
    state = WORDS[proof.result] if proof.controls else "not built"
    tests = "<br>".join(f"`{name}`" for name in sorted(proof.tests))
    return f"| S{proof.number} | {_cell(proof.title)} | {proof.level} | {_cell(controls)} | {state} | {_cell(tests)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "–"
