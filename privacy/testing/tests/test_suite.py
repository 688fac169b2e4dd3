"""What failed among many is asked once more, alone; what fails twice is red, and so is all that is no accident."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.policy.proofs import ROOT

MOODY = """from pathlib import Path


def test_fails_the_first_time():
    seen = Path(__file__).with_suffix(".seen")
    is_first = not seen.exists()
    seen.touch()
    assert not is_first


def test_passes():
    pass
"""
ALWAYS = "def test_fails(): assert False\n"
MANY = "import pytest\n@pytest.mark.parametrize('n', range(6))\ndef test_fails(n): assert False\n"


@pytest.fixture
def place() -> Iterator[Path]:
    """Within the project: pytest names what failed by its place there."""
    folder = ROOT / "var" / "pytest" / f"twice-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


def run_suite(place: Path, text: str, *, is_required: bool) -> "subprocess.CompletedProcess[str]":
    file = place / "test_moody.py"
    file.write_text(text, encoding="utf-8")
    unset = {"TEST_DATABASE_URL", "CI", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    arguments = f"[sys.argv[0], {str(file)!r}, '-p', 'no:privacy.testing.plugin', '-o', 'addopts=']"
    code = (
        f"import sys; sys.argv = {arguments}; from privacy.testing import suite;"
        f"raise SystemExit(suite._run('{place.name}/cache', {{}}, looks_twice={is_required}))"
    )
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, text=True, capture_output=True, check=False
    )


def test_one_that_passes_alone_is_named_and_green(place: Path) -> None:
    done = run_suite(place, MOODY, is_required=True)
    assert done.returncode == 0, done.stdout
    assert "1 failed among all, asked once more, alone" in done.stdout and "test_fails_the_first_time" in done.stdout
    assert "1 passed" in done.stdout.splitlines()[-1] and "2 passed" not in done.stdout  # it alone


def test_twice_red_is_red(place: Path) -> None:
    assert run_suite(place, ALWAYS, is_required=True).returncode == 1


def test_many_are_no_accident(place: Path) -> None:
    done = run_suite(place, MANY, is_required=True)
    assert done.returncode == 1 and "once more" not in done.stdout


def test_nothing_is_asked_twice_at_home(place: Path) -> None:
    done = run_suite(place, MOODY, is_required=False)
    assert done.returncode == 1 and "once more" not in done.stdout
