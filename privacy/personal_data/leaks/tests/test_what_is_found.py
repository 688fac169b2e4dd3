"""What looks as if it must not leave is found; what is the person's own, or of a machine, is not."""

from typing import Any

import pytest

from privacy.personal_data.contract import Identity, Person
from privacy.personal_data.leaks import screening
from privacy.personal_data.leaks.rules import certain, hint, perhaps
from privacy.personal_data.leaks.screening import MOST_VALUES, Screen

PERSON = Person((), (Identity("email", "alice@example.com"),))
HASH = "pbkdf2_sha256$600000$abcdefghij$" + "A" * 43 + "="


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Who else is known."""
    known = {("email", "bob@example.com"), ("phone", "+49301234567"), ("external", "cus_9s6XKzkN")}
    monkeypatch.setattr(screening, "_lookups", {"all": lambda person, pairs: known & set(pairs)})
    monkeypatch.setattr(screening, "_notes", {"none": lambda person: ["He shouted at Omar."]})
    return known


def screened(screen: Screen, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        screen.take(row, place="data/a/b", number=number, keep=lambda row, line: kept.append(row))
    screen.flush()
    return kept


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("text", f"the hash {HASH} of it", "secret"),
        ("text", "$2b$12$" + "a" * 53, "secret"),
        ("text", "key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "secret"),
        ("text", "Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "secret"),
        ("text", "-----BEGIN RSA PRIVATE KEY-----", "secret"),
        ("password", "hunter2", "secret"),
        ("reset_token", "x", "secret"),
        ("internal_note", "difficult customer", "staff_note"),
        ("text", "card 4111 1111 1111 1111 exp", "card_number"),
        ("text", "my ssn is 123-45-6789", "ssn"),
    ],
)
def test_secrets_cards_and_notes_are_found_whoever_they_belong_to(column: str, text: str, kind: str) -> None:
    assert [hit.kind for hit in certain(column, text)] == [kind]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("text", "We have 4111 reasons to write to you in 2026-01-15 at 10:00."),
        ("tokens_used", "12345678"),
        ("text", "my password is none of your business"),
        ("note", "please ring twice"),
        ("id", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ],
)
def test_what_is_no_secret_is_not_taken_for_one(column: str, text: str) -> None:
    assert list(certain(column, text)) == []


def test_addresses_and_numbers_are_read_in_every_spelling() -> None:
    found = {(hit.kind, hit.value) for hit in perhaps("Write to Bob@Example.com, or call (+49) 030/123 4567 tomorrow.")}
    assert ("email", "bob@example.com") in found
    found = {(hit.kind, hit.value) for hit in perhaps("call 0049 30 1234567")}
    assert ("phone", "+49301234567") in found


def test_only_what_identifies_somebody_else_is_noted_and_each_value_once(others: object) -> None:
    screen = Screen(PERSON, scope="1", decided={})
    rows = screened(
        screen,
        {"id": 1, "text": "from alice@example.com to BOB@example.com"},
        {"id": 2, "text": "bob@example.com; carol@example.com", "at": "2026-01-15T10:00:00.000000Z"},
        {"id": 3, "ref": "cus_9s6XKzkN", "phone": "+49 30 1234567"},
        {"id": 4, "text": "On the phone. He shouted at Omar. Angry."},
    )
    notes = {(note.kind, note.row, note.column, note.times, note.hint) for note in screen.notes.values()}
    assert notes == {
        ("email", 1, "text", 2, "b***@e***"),
        ("external", 3, "ref", 1, "cu***"),
        ("phone", 3, "phone", 1, "***67"),
        ("staff_note", 4, "text", 1, "***"),
    }
    assert "BOB@example.com" in str(rows[0]["text"]) and screen.masked == 0  # noted; a person decides


def test_what_was_decided_is_masked_in_its_place_and_nothing_else(others: object) -> None:
    first = Screen(PERSON, scope="1", decided={})
    row = {"id": 1, "text": "from alice@example.com to bob@example.com", "more": {"to": ["bob@example.com"]}}
    screened(first, row)
    (mac,) = first.notes
    again = Screen(PERSON, scope="1", decided={mac: "mask"})
    (masked,) = screened(again, row)
    assert masked["text"] == "from alice@example.com to [an address of somebody else]"
    assert "bob" not in str(masked) and again.masked == 2
    kept = Screen(PERSON, scope="1", decided={mac: "keep"})
    assert screened(kept, row) == [row]
    elsewhere = Screen(PERSON, scope="2", decided={mac: "mask"})
    assert screened(elsewhere, row) == [row]  # a decision is of one case


def test_beyond_what_a_person_can_decide_everything_is_masked(monkeypatch: pytest.MonkeyPatch, others: object) -> None:
    monkeypatch.setattr(screening, "_lookups", {"all": lambda person, pairs: set(pairs)})
    screen = Screen(PERSON, scope="1", decided={})
    rows = screened(screen, *({"to": f"person{number}@example.com"} for number in range(MOST_VALUES + 3)))
    assert len(screen.notes) == MOST_VALUES and screen.masked == 3
    assert rows[-1] == {"to": "[an address of somebody else]"}


def test_rows_keep_their_order_and_a_silent_system_leaves_nothing_behind(others: object) -> None:
    screen = Screen(PERSON, scope="1", decided={})
    rows = screened(screen, *({"n": n, "text": "bob@example.com" if n % 3 else "x"} for n in range(1000)))
    assert [row["n"] for row in rows] == list(range(1000))
    screen.take({"text": "bob@example.com"}, place="p", number=1, keep=lambda row, line: pytest.fail("kept"))
    screen.forget()
    screen.flush()


def test_a_hint_never_is_the_value() -> None:
    for kind, value in (("email", "b@e.de"), ("phone", "+49301234567"), ("secret", "abc"), ("external", "cus_1234")):
        assert value not in hint(kind, value)


@pytest.mark.parametrize("text", ["a" * 200_000, "1 " * 100_000, "a@" * 50_000, "+" * 100_000, "$2b$" * 50_000])
def test_a_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    list(certain("text", text))
    list(perhaps(text))
