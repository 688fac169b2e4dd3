"""Words are found as people write them, and what hides them says nothing about them."""

from hypothesis import given
from hypothesis import strategies as st

from dsr.review.rules import BLOCK, find_in_words, find_term, is_own, mask, phones, senders, speakers
from dsr.review.vocabulary import LAWS, Reason, article_of


def hidden(text: str, *terms: str) -> str:
    return mask(text, [(start, end, "x") for term in terms for start, end in find_term(text, term)])


def test_whole_words_in_any_case_across_lines() -> None:
    block = f"[{BLOCK} x]"
    assert hidden("Ann met ANN, not Annabel.\nBob\n Builder too", "ann", "bob builder") == (
        f"{block} met {block}, not Annabel.\n{block} too"
    )
    assert hidden("José saw Björn.", "björn") == f"José saw {block}."
    assert hidden("mail bob@x.example!", "bob@x.example") == f"mail {block}!"
    assert hidden("nothing", "", "  ", ".*") == "nothing"


def test_the_length_of_what_is_hidden_cannot_be_told() -> None:
    short, long = (
        hidden("I saw Jo.", "Jo"),
        hidden("I saw Bartholomew Featherstonehaugh.", "Bartholomew Featherstonehaugh"),
    )
    assert short == long


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=6))
def test_no_hidden_character_survives_and_every_other_one_does(text: str, pairs: list[tuple[int, int]]) -> None:
    spans = [(min(pair), min(max(pair), len(text)), "x") for pair in pairs if min(pair) < min(max(pair), len(text))]
    inside = {place for start, end, _ in spans for place in range(start, end)}
    outside = "".join(sign for place, sign in enumerate(text) if place not in inside)
    assert mask(text, spans).replace(f"[{BLOCK} x]", "") == outside.replace(f"[{BLOCK} x]", "")


def test_words_of_a_page_are_found_with_what_stands_around_them() -> None:
    line = [
        (0, word, (10 * at, 0, 10 * at + 9, 10))
        for at, word in enumerate(["(Bob", "Builder's", "dog,", "BOB.", "Bobby"])
    ]
    assert list(find_in_words(line, "bob builder")) == [(0, (0, 0, 19, 10))]
    assert [box for _, box in find_in_words(line, "bob")] == [(0, 0, 9, 10), (30, 0, 39, 10)]
    broken = [(0, "Bob", (90, 0, 99, 10)), (1, "Builder", (0, 0, 30, 10))]
    assert list(find_in_words(broken, "Bob Builder")) == [(0, (90, 0, 99, 10)), (1, (0, 0, 30, 10))]


def test_speakers_of_a_transcript_with_all_that_they_say() -> None:
    text = "2026-01-02 10:00 - Alice: hi\nBob B.: hello\nsecond line\nAlice: bye\nNote: not a person\nhttps://x.example"
    found = {speaker.name: [text[start:end] for start, end in speaker.messages] for speaker in speakers(text)}
    assert found["Bob B."] == ["Bob B.: hello\nsecond line"]
    assert found["Alice"][0] == "Alice: hi" and "Note" not in found
    assert speakers("Summary: one line only") == []


def test_names_in_heads_of_mails_and_numbers_but_no_dates() -> None:
    assert senders('> From: "Bob Builder" <bob@x.example>\nTo: Carol <c@x.example>') == ["Bob Builder", "Carol"]
    assert phones("call +49 (30) 1234-5678 on 2026-01-02, order 12345") == ["+49 (30) 1234-5678"]


def test_a_person_is_own_by_any_of_their_names() -> None:
    assert is_own("alice", ["Alice Archer"]) and is_own("Archer", ["Alice Archer"])
    assert not is_own("Bob Archer", ["Alice Archer"])


def test_every_law_names_an_article_for_every_reason() -> None:
    for code in LAWS:
        assert all(article_of(reason, f"{code}-X") for reason in Reason.values)
    assert article_of("third_party", "") == "Art. 15(4) GDPR" == article_of("third_party", "XX")
