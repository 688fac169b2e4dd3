"""A name stays in its line."""

import pytest

from privacy.kernel.texts import one_line


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
