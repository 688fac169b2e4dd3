"""Every kind of step has words for the person, or a reason why it has none: a new kind without either fails here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr import history_words, status_page
from dsr.history_words import BY_DETAIL, HAPPENED, INTERNAL, RECIPIENT_TOLD
from dsr.letters.composing import KINDS
from dsr.mails import ANSWER, SUBJECTS
from dsr.models import HistoryRow
from dsr.notices.vocabulary import NoticeState
from privacy.kernel import clock
from privacy.kernel.deadlines.engine import KNOWN_EVENTS

DSR = Path(history_words.__file__).parent
WRITERS = {
    "note_history",
    "note_histories",
    "history_statements",
    "move",
    "HistoryRow",
    "send_confirmation",
    "_change",
    "_close",
}
# Where the kind comes from a variable: whoever adds such a place says here which kinds it can write.
BY_VARIABLE = {
    "correspondence/services.py: KINDS[said.direction]": {"message_received", "message_sent"},
    "services/clocks.py: name": set(KNOWN_EVENTS),
    "services/consequences.py: kind": {"consequence_confirmed", "consequence_declined"},
    "services/setting_aside.py: ending.value": {"duplicate", "spam"},
    "services/approving.py: mark": {"one_pair_of_eyes"},
    "decisions/services.py: second_person.ONE_PAIR": {"one_pair_of_eyes"},
    "services/confirming.py: kind": {
        "confirmation_sent",
        "confirmation_resent",
        "confirmation_reminded",
        "confirmed",
        "reopened",
    },
    "correspondence/scanning.py: DROPPED[row.message.is_theirs]": {"file_dropped", "strange_file_dropped"},
    "services/moving.py: kind": set(),  # its callers name it
    "opendsr/services.py: kind": set(),  # its callers name it
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(DSR.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path.relative_to(DSR).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def constants(trees: dict[str, ast.Module]) -> dict[str, str]:
    """Every text that a module names in capitals."""
    found: dict[str, str] = {}
    for tree in trees.values():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = [name.id for name in node.targets if isinstance(name, ast.Name) and name.id.isupper()]
                found.update(dict.fromkeys(names, str(node.value.value)))
    return found


def named(tree: ast.Module) -> Iterator[ast.expr]:
    """What each call that writes a row gives as its kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield from (given.value for given in node.keywords if name in WRITERS and given.arg == "kind")


def written() -> tuple[set[str], set[str]]:
    """The kinds that the code writes by name, and the places where a variable says it."""
    trees = dict(sources())
    texts, kinds, places = constants(trees), set(), set()
    for path, tree in trees.items():
        for value in named(tree):
            if isinstance(value, ast.Constant):
                kinds.add(str(value.value))
            elif isinstance(value, ast.Name) and value.id in texts:
                kinds.add(texts[value.id])
            else:
                places.add(f"{path}: {ast.unparse(value)}")
    return kinds, places


def test_every_kind_that_is_written_has_words_or_a_reason_for_none() -> None:
    kinds, places = written()
    assert places == set(BY_VARIABLE)
    kinds |= set().union(*BY_VARIABLE.values())
    known = HAPPENED.keys() | BY_DETAIL.keys() | INTERNAL.keys()
    assert len(kinds) > 100
    assert kinds - known == set()
    assert known - kinds == set()


def test_no_kind_is_said_in_two_ways_and_each_has_a_text() -> None:
    tables = [HAPPENED, BY_DETAIL, INTERNAL]
    names = [name for table in tables for name in table]
    assert len(names) == len(set(names))
    assert all(text.strip() for table in tables for text in table.values())


def test_every_letter_is_said_with_its_title_and_the_subject_of_its_mail() -> None:
    assert set(status_page.LETTERS) >= set(KINDS)
    assert set(KINDS) - {"acknowledgement", "refusal", "answer"} <= SUBJECTS.keys()
    assert ANSWER


def row(kind: str, detail: str = "") -> HistoryRow:
    return HistoryRow(kind=kind, detail=detail, at=clock.now())


@pytest.mark.parametrize("state", sorted(set(NoticeState) - {NoticeState.QUEUED}))
def test_how_it_stands_with_a_recipient_is_said_without_the_name(state: str) -> None:
    said = status_page._words(row("notice", f"acme:erased:{state}"))
    assert said == RECIPIENT_TOLD[state] and "acme" not in said
    assert state in status_page.TOLD


def test_that_nobody_was_to_be_told_is_not_said() -> None:
    assert status_page._words(row("recipients_told", "erased:2")).startswith("We tell whoever")
    assert status_page._words(row("recipients_told", "erased:0")) == ""
    assert status_page._words(row("letter_written", "erased_later:mail")).endswith("had to stay is erased.")
    assert status_page._words(row("assigned", "x")) == ""


def test_ten_answers_of_one_day_are_one_step() -> None:
    lines = status_page._timeline([row("system_answered", f"shop{number}:done") for number in range(10)])
    assert [line.text for line in lines] == ["Our systems gave their answers."]
