"""What changed between two texts, word by word: pure."""

import difflib
import re
from dataclasses import dataclass

WORDS = re.compile(r"\S+\s*|^\s+")
LEAST_ALIKE = 0.3  # texts that share less are shown whole, one after the other


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: `same`, `gone` or `new`."""

    kind: str
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces in reading order; their `same` and `gone` make up the old text, `same` and `new` the new one."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.ratio() < LEAST_ALIKE:
        return [piece for piece in (Piece("gone", before), Piece("new", after)) if piece.text]
    pieces: list[Piece] = []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        gone, added = "".join(old[start:end]), "".join(new[other_start:other_end])
        if kind == "equal":
            pieces.append(Piece("same", gone))
            continue
        pieces += [piece for piece in (Piece("gone", gone), Piece("new", added)) if piece.text]
    return pieces
