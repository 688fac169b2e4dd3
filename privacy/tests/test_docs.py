"""The pages in docs/ say what is true: settings, guarantees with their tests, records and links."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from privacy.testing.pictures import WALKS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *(DOCS / "decisions").glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
ENOUGH_SETTINGS, ENOUGH_ROWS = 15, 40  # far below what is there: a reader that finds nothing must fail
READERS = {"env_str", "env_bool", "env_int", "env_list", "env_path"}
NOT_YET = "Not yet"
MOST_BYTES = 60_000  # of a picture that comes along with every version


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


# --- Settings ----------------------------------------------------------------------------------


def settings_read() -> dict[str, set[str]]:
    """Variable → the defaults that settings.py gives it as plain values."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse((ROOT / "privacy" / "settings.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
            name, *others = [*node.args, *(word.value for word in node.keywords if word.arg == "default")]
            assert isinstance(name, ast.Constant)
            plain = {str(each.value) for each in others if isinstance(each, ast.Constant) and each.value != ""}
            found.setdefault(str(name.value), set()).update(plain)
    return found


def settings_told() -> dict[str, str]:
    """Variable → the default in the table of docs/operators.md."""
    section = (DOCS / "operators.md").read_text(encoding="utf-8").partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [cells_of(line) for line in section.splitlines() if line.startswith("| `")]
    return {name.strip("`"): default for name, default, _ in rows}


def test_every_setting_is_told_and_nothing_else() -> None:
    assert len(settings_read()) > ENOUGH_SETTINGS
    assert set(settings_told()) == set(settings_read())


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_the_default_of_a_setting_is_the_one_that_is_told(name: str) -> None:
    told = settings_told().get(name, "")
    assert [default for default in settings_read()[name] if default not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_setting_that_nobody_reads(page: Path) -> None:
    named = {name.removesuffix("_FILE") for name in re.findall(r"KEPT_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8"))}
    assert named - {name.removesuffix("_FILE") for name in settings_read()} == set()


# --- Guarantees --------------------------------------------------------------------------------


def guarantees() -> Iterator[tuple[str, str, str]]:
    """The rows of docs/guarantees*.md above what is not yet so."""
    pages = [page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("guarantees*.md"))]
    lines = [line for page in pages for line in page.partition(f"\n## {NOT_YET}\n")[0].splitlines()]
    for line in lines:
        if line.startswith("| ") and not line.startswith(("| Guarantee", "| **")):
            guarantee, where, test = cells_of(line)
            yield guarantee, where, test


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@cache
def files_called(name: str) -> tuple[Path, ...]:
    """The files that a full path or an unambiguous end of one names."""
    if (ROOT / name).exists():
        return (ROOT / name,)
    folders = ("privacy", "consent", "dsr", "accounts", "benchmarks", "templates")
    return tuple(path for folder in folders for path in (ROOT / folder).glob(f"**/{name}"))


def wrong_with(token: str) -> str:
    """Why a word in the column of tests names nothing, or an empty text."""
    if token.startswith("make "):
        return "" if re.search(rf"^{token.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE) else "no target"
    name, _, function = token.partition("::")
    found = files_called(name)
    if len(found) != 1:
        return f"{len(found)} files are called so"
    return "no such test" if function and function not in functions_of(found[0]) else ""


def test_every_guarantee_names_a_test_that_exists() -> None:
    rows = list(guarantees())
    assert len(rows) > ENOUGH_ROWS
    wrong = {f"{row[0]}: {token}": why for row in rows for token in words(row[2]) if (why := wrong_with(token))}
    assert wrong == {}
    assert [row[0] for row in rows if not words(row[2])] == []


def test_every_place_that_decides_a_guarantee_exists() -> None:
    places = [(row[0], token) for row in guarantees() for token in words(row[1]) if re.search(r"/|\.(py|html)$", token)]
    assert [(row, token) for row, token in places if not files_called(token.rstrip("/"))] == []


@pytest.mark.parametrize(
    "token", ["dsr/tests/test_clocks.py::test_nothing", "test_nothing_at_all.py", "make nothing", "tests/__init__.py"]
)
def test_what_names_no_test_is_found(token: str) -> None:
    assert wrong_with(token)


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# --- Standards ---------------------------------------------------------------------------------


def standards() -> Iterator[tuple[str, str]]:
    """Statement → its test or the reason, of every row of the pages of standards."""
    for page in ("standards.md", "standards-requests.md", "standards-connectors.md"):
        for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
            if line.startswith("| ") and not line.startswith("| Statement"):
                statement, what, shown_by = cells_of(line)
                yield f"{statement}: {what}", shown_by


def test_every_standard_names_a_test_that_exists_or_says_why_not() -> None:
    wrong = {
        f"{statement}: {token}": why
        for statement, shown_by in standards()
        for token in words(shown_by)
        if (why := wrong_with(token))
    }
    assert wrong == {}
    assert [statement for statement, shown_by in standards() if not shown_by] == []
    bare = [statement for statement, shown_by in standards() if "::" in re.sub("`[^`]+`", "", shown_by)]
    assert bare == []  # a name outside of backticks is not looked for


def test_every_numbered_statement_of_the_facts_has_a_row() -> None:
    facts = ROOT.parent / "shared" / "facts" / "consent.md"
    if not facts.exists():
        pytest.skip("the facts are not beside this checkout")
    numbered = set(re.findall(r"\b(?:GPC|DNT|U|M|KR|R|G|E|C|T|A)-\d{1,2}\b", facts.read_text(encoding="utf-8")))
    told = {name for statement, _ in standards() for name in re.findall(r"[A-Z]+-\d+", statement)}
    assert sorted(numbered - told) == []


# --- Records, links, commands ------------------------------------------------------------------


def test_every_decision_has_a_number_of_its_own_and_stands_in_the_index() -> None:
    records = sorted(path.name for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
    assert [name for name in records if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    assert len({name[:4] for name in records}) == len(records)
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\((\d[^)]+)\)", index)) == records


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [to for to in targets if "://" not in to and not (page.parent / to).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8")))
    assert named - set(get_commands()) == set()


@pytest.mark.parametrize("walk", sorted(WALKS))
def test_a_walk_through_shows_the_pictures_that_the_command_takes_each_small(walk: str) -> None:
    page = (DOCS / f"walkthrough-{walk}.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(walks/([a-z-]+)\.webp\)", page)
    assert shown == list(WALKS[walk])
    pictures = [(DOCS / "walks" / f"{name}.webp").read_bytes() for name in shown]
    assert all(each[8:12] == b"WEBP" and len(each) < MOST_BYTES for each in pictures)
    assert len({*pictures}) == len(shown)
