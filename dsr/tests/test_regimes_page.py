"""The page of laws in the documentation is what counts."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dsr.management.commands import regimes
from dsr.regimes_table import regimes_page
from privacy.kernel.deadlines.profiles import PROFILES


def test_the_page_is_what_counts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("regimes", "--check")
    assert "is what counts" in capsys.readouterr().out
    text = regimes_page()
    assert all(f"`{code}" in text for code in PROFILES)
    assert "| `EU-GDPR@2018-05-25` GDPR Art. 12(3)" in text and "| 1 month | 3 months | next working day |" in text


def test_a_page_that_differs_fails_and_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "regimes.md"
    monkeypatch.setattr(regimes, "PAGE", page)
    with pytest.raises(CommandError, match="differs"):
        call_command("regimes", "--check")
    call_command("regimes", "--write")
    call_command("regimes", "--check")
    call_command("regimes")
