"""# architecture: what must hold for every tracked file, whoever wrote it."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400
OURS = {"privacy", "accounts", "consent", "dsr", "benchmarks", "kept_client"}
SKIPPED_FOLDERS = {".git", ".venv", "var", "__pycache__", ".hypothesis", "node_modules"}
LINED = {".py", ".html", ".css", ".js", ".txt", ".md", ".toml", ".ini", ".svg", ""}
GENERATED = {"docs/promises.md"}

# Inline style and script, which the content policy forbids, and which no reviewer should have to look for.
INLINE = {
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "script without a file": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "script address": re.compile(r"""(?:src|href|action)\s*=\s*["']?\s*(?:javascript|data):""", re.IGNORECASE),
}
# Places of one machine, and the hosts that packages came from: nobody else has them.
PLACES = {
    "machine path": re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|tmp/\w+|opt/\w+)/"),
    "package index": re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|\bindex-url\s*="),
    "registry host": re.compile(
        r"https?://[^/\s\"']*(?:pypi|registry|artifactory|nexus|mirror)[^/\s\"']*", re.IGNORECASE
    ),
}

# Packages that nothing imports, and why they are pinned all the same.
UNIMPORTED = {
    "drf-spectacular": "an installed app",
    "granian": "the production server, started by its own command",
    "fido2": "django-allauth's second factor imports it",
    "psycopg2-binary": "Django's PostgreSQL driver",
    "PyMySQL": "SQLAlchemy's driver for outside MySQL systems",
    "pytest-django": "a pytest plugin",
    "pytest-xdist": "a pytest plugin: -n",
    "redis": "Celery's broker",
    "tzdata": "the time zones, where the system has none",
    "whitenoise": "a middleware",
}


def tracked_files() -> list[Path]:
    """What git would commit; in an unpacked archive without git, every file."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
        return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]
    return [
        path for path in ROOT.rglob("*") if path.is_file() and not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts)
    ]


FILES = tracked_files()
TEMPLATES = [path for path in FILES if path.is_relative_to(ROOT / "templates") and path.suffix in {".html", ".svg"}]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def too_long(path: Path) -> bool:
    if path.suffix not in LINED or "migrations" in path.parts or path.name == "LICENSE":
        return False
    return len(text_of(path).splitlines()) > LONGEST and str(path.relative_to(ROOT)) not in GENERATED


def found_in(text: str, patterns: dict[str, re.Pattern[str]]) -> list[str]:
    return [
        f"line {number}: {name}"
        for number, line in enumerate(text.splitlines(), start=1)
        for name, pattern in patterns.items()
        if pattern.search(line)
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(FILES) > 300
    assert len(TEMPLATES) > 30


def test_no_file_is_longer_than_400_lines() -> None:
    assert [str(path.relative_to(ROOT)) for path in FILES if too_long(path)] == []


def test_no_template_has_inline_style_script_or_event_handlers() -> None:
    # A tag may span lines, so each template is read as one line.
    flat = {path: " ".join(text_of(path).split()) for path in TEMPLATES}
    assert {
        str(path.relative_to(ROOT)): found for path, text in flat.items() if (found := found_in(text, INLINE))
    } == {}


def test_no_file_names_a_place_of_one_machine() -> None:
    looked_at = [path for path in FILES if path != Path(__file__).resolve()]
    found = {
        str(path.relative_to(ROOT)): problems for path in looked_at if (problems := found_in(text_of(path), PLACES))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<p style='color:red'>", "style attribute"),
        ("<STYLE>p {}</STYLE>", "style element"),
        ("<script>go()</script>", "script without a file"),
        ('<a class="x" onclick="go()">', "event handler"),
        ('<a href="javascript:go()">', "script address"),
        ('<img src="data:image/png;base64,x">', "script address"),
    ],
)
def test_the_template_patterns_find_what_they_are_for(text: str, name: str) -> None:
    assert found_in(text, INLINE) == [f"line 1: {name}"]


def test_what_templates_may_have_is_not_found() -> None:
    text = '<script src="{% static "kept/x.js" %}" defer></script><a href="/?once=1" data-on="1">on = style</a>'
    assert found_in(text, INLINE) == []


@pytest.mark.parametrize(
    "text",
    ["see /work/x/notes", "cd /root/kept", "open(/home/ann/x)", "--index-url x", "https://pypi.example.net/simple"],
)
def test_the_place_patterns_find_what_they_are_for(text: str) -> None:
    assert len(found_in(text, PLACES)) == 1


# --- Packages ----------------------------------------------------------------------------------


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    """Normalized name → line of requirements.txt."""
    lines = [line.strip() for line in text_of(ROOT / "requirements.txt").splitlines()]
    return {normal(line.partition("==")[0]): line for line in lines if line and not line.startswith("#")}


def imported_modules() -> Iterator[str]:
    for path in FILES:
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(text_of(path))):
                if isinstance(node, ast.Import):
                    yield from (alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module.partition(".")[0]


# requirements-dev.txt; their tests skip without them
DEV_ONLY = {"playwright", "axe_playwright_python", "duckduckgo_autoconsent", "schemathesis"}


def imported_packages() -> set[str]:
    """Normalized names of the packages that our code imports."""
    known = metadata.packages_distributions()
    modules = set(imported_modules()) - OURS - set(sys.stdlib_module_names) - DEV_ONLY
    return {normal(name) for module in modules for name in known.get(module, [module])}


def needed_by(names: set[str]) -> set[str]:
    """These packages and what they need in turn, without extras."""
    waiting, found = set(names), set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        lines = [line for line in metadata.distribution(name).requires or [] if "extra ==" not in line]
        needs = {normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines}
        waiting |= {need for need in needs if need not in found and need in pins()}
    return found


def test_every_package_is_pinned_exactly() -> None:
    exact = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*")
    assert [line for line in pins().values() if not exact.fullmatch(line)] == []


def test_what_the_code_imports_is_pinned() -> None:
    assert imported_packages() - set(pins()) == set()


def test_nothing_is_pinned_that_nobody_needs() -> None:
    wanted = imported_packages() | {normal(name) for name in UNIMPORTED if normal(name) in pins()}
    assert set(pins()) - needed_by(wanted) == set()


def test_the_eight_named_packages_are_there() -> None:
    named = {"django", "djangorestframework", "django-allauth", "celery", "redis", "psycopg2-binary"}
    assert named | {"pytest-django", "factory-boy"} <= set(pins())
