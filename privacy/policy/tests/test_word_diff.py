"""Two texts in one, word by word: nothing is lost of either."""

from hypothesis import given
from hypothesis import strategies as st

from privacy.policy.word_diff import Piece, word_diff


def test_what_changed_stands_between_what_stayed() -> None:
    assert word_diff("A mail about our products.", "A mail about new products.") == [
        Piece("same", "A mail about "),
        Piece("gone", "our "),
        Piece("new", "new "),
        Piece("same", "products."),
    ]
    assert word_diff("13", "16") == [Piece("gone", "13"), Piece("new", "16")]
    assert word_diff("", "New.") == [Piece("new", "New.")] and word_diff("", "") == []


WORDS = st.lists(st.sampled_from(["we", "you", "may", "mail", "at", "any", "time."]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_both_texts_can_be_read_out_of_the_pieces(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after
