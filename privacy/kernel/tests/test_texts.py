"""A name stays in its line, and what a stranger calls themselves is a name or nothing."""

import pytest

from privacy.kernel.texts import greetable, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Eve,\r\n\r\nyour parcel waits:\thttp://e.example", "Eve, your parcel waits: http://e.example"),
        ("Eve\u2028Bcc: x", "Eve Bcc: x"),
        ("\u202egnp.exe\x1b[31m", "gnp.exe [31m"),
        ("  Zoë  Müller ", "Zoë Müller"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("", ""),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Zoë  Müller", "Zoë Müller"),
        ("'Carol'", "Carol"),
        ("Carol 'C'", "Carol 'C'"),
        ("Carol\r\nBcc: x", "Carol Bcc: x"),
        ("\u202eeve", "eve"),
        ("eve@example.com", ""),
        ("You won: http://e.example", ""),
        ("go to WWW.e.example", ""),
        ("<b>Eve</b>", ""),
        ("x" * 81, ""),
        ("", ""),
    ],
)
def test_what_a_letter_may_greet_by(given: str, kept: str) -> None:
    assert greetable(given) == kept
