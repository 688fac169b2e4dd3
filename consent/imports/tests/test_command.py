"""The command lists what a file would change, and applies exactly that list."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.selectors import find_subjects
from consent.models import ConsentEvent
from consent.selectors import decide_for
from consent.tests.conftest import choose
from privacy.kernel import clock


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_then_exactly_that(alice: User, tmp_path: Path) -> None:
    choose(alice, "newsletter", allow=True)
    file = tmp_path / "export.csv"
    file.write_text(
        "Identifier,Purpose,Status\nalice@example.com,Newsletter,WITHDRAWN\nx@example.com,Newsletter,MAYBE\n"
    )
    out = StringIO()
    call_command("import_consent", str(file), "--mapping", "onetrust", "--dry-run", stdout=out)
    text = out.getvalue()
    assert "nothing changed yet" in text and "line 3: this word is neither a yes nor a no" in text
    assert "@" not in text and ConsentEvent.objects.filter(door="import").count() == 0
    key = text.rstrip().rsplit(" ", 1)[-1]
    call_command("import_consent", "--apply", key, stdout=out)
    assert "1 decisions applied" in out.getvalue()
    person = find_subjects("email", "alice@example.com")
    assert not decide_for(person, "newsletter", now=clock.now()).allowed
    with pytest.raises(CommandError, match="not the list that waits"):
        call_command("import_consent", "--apply", key)


@pytest.mark.django_db
def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    for arguments in (
        [str(file)],
        [str(file), "--mapping", "nothing"],
        [str(tmp_path / "none.csv"), "--mapping", "hubspot"],
        [str(file), "--mapping", "hubspot"],
        ["--apply", "1"],
        ["--apply", "7b1c1c52-0000-4000-8000-000000000000"],
    ):
        with pytest.raises(CommandError):
            call_command("import_consent", *arguments)
