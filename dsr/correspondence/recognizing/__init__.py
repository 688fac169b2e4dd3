"""What a text asks for, in which language, and what it says of itself: guesses, each with the words that led to it."""

from dsr.correspondence.recognizing.headers import Pasted, read_pasted
from dsr.correspondence.recognizing.language import language_of
from dsr.correspondence.recognizing.rights import Mark, rights_in, rights_of

__all__ = ["Mark", "Pasted", "language_of", "read_pasted", "rights_in", "rights_of"]
