"""`manage.py due`: one deadline as JSON, and a file of cases checked."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db  # what was added to calendars counts too
HEAD = "regime,type,received_at_iso,timezone,events,expected_due_date,holiday_calendar,source_or_reason\n"
LINE = "EU-GDPR,access,2026-02-09T12:00:00+01:00,Europe/Berlin,,{},DE,a month\n"


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    call_command("due", *arguments)
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_one_deadline_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(
        capsys,
        "2026-03-05T09:00:00+01:00",
        *("--regime", "EU-GDPR", "--timezone", "Europe/Berlin", "--calendar", "DE"),
        *("--events", "identity_requested 2026-03-06; identity_confirmed 2026-03-09; policy promise_30d"),
    )
    assert (answer["due_on"], answer["safe_on"]) == ("2026-04-07", "2026-04-07")
    assert (answer["statute_on"], answer["promise_on"]) == ("2026-04-08", "2026-04-07")
    assert answer["rule_version"] == "EU-GDPR@2018-05-25" and str(answer["calendar_version"]).startswith("DE@")
    assert "Plus 3 days on which we waited for an answer: Wed 8 Apr 2026." in str(answer["trace"])


def test_what_is_not_said_comes_from_the_settings(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    settings.KEPT_PROFILE, settings.KEPT_CALENDAR, settings.KEPT_TIME_ZONE = "US-IA", "NONE", "America/Chicago"
    answer = ask(capsys, "2026-02-10T12:00:00-06:00")
    assert (answer["due_on"], answer["rule_version"]) == ("2026-05-11", "US-IA@2026-01-01")


def test_with_a_region_the_earlier_day_counts(capsys: pytest.CaptureFixture[str]) -> None:
    own = ("--regime", "EU-GDPR", "--timezone", "Europe/Berlin", "--calendar", "DE")
    answer = ask(capsys, "2026-07-01T09:00:00+02:00", *own, "--region", "BR")
    assert (answer["due_on"], answer["rule_version"]) == ("2026-07-16", "BR-LGPD@2021-08-01")
    assert "EU-GDPR (calendar DE) holds too and would end on Mon 3 Aug 2026" in str(answer["trace"])
    answer = ask(capsys, "2026-07-01T09:00:00+02:00", *own, "--region", "US-IA", "--type", "erasure")
    assert (answer["due_on"], answer["rule_version"]) == ("2026-08-03", "EU-GDPR@2018-05-25")
    answer = ask(capsys, "2026-07-01T09:00:00+02:00", *own, "--region", "US-NY")
    assert answer["rule_version"] == "EU-GDPR@2018-05-25"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Give the moment of receipt"),
        (["2026-03-05T09:00:00"], "received_at: Give the offset"),
        (["yesterday"], "received_at: Write the moment"),
        (["2026-03-05T09:00:00Z", "--calendar", "XX"], "calendar: There is no calendar XX"),
        (["2041-03-05T09:00:00Z", "--calendar", "DE"], "calendar: The calendars reach from"),
        (["2026-03-05T09:00:00Z", "--regime", "ATLANTIS"], "profile: There is no profile ATLANTIS"),
        (["2026-03-05T09:00:00Z", "--type", "levitation"], "type: EU-GDPR has no period for levitation"),
        (["2026-03-05T09:00:00Z", "--events", "extended soon"], "events: “extended soon” is not an event"),
        (["2026-03-05T09:00:00Z", "--region", "XX"], "region: Choose from the list"),
        (["--cases", "/nowhere/cases.csv"], "The file cannot be read"),
    ],
)
def test_what_cannot_be_used_is_named(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("due", *arguments)


def test_a_file_of_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(HEAD + LINE.format("2026-03-09"))
    call_command("due", "--cases", str(file))
    assert capsys.readouterr().out == "1 cases, 1 match, 0 do not\n"
    file.write_text(HEAD + LINE.format("2026-03-09") + LINE.format("2026-03-08") + "X" + LINE.format("2026-03-09"))
    with pytest.raises(SystemExit):
        call_command("due", "--cases", str(file))
    out = capsys.readouterr().out
    assert "line 3: expected 2026-03-08, computed 2026-03-09" in out
    assert "line 4: expected 2026-03-09, computed error: profile: There is no profile XEU-GDPR." in out
    assert "3 cases, 1 match, 2 do not" in out


@pytest.mark.parametrize(("text", "says"), [(HEAD, None), ("regime,type\n", "has no column received_at_iso")])
def test_a_file_that_checks_nothing_is_no_success(tmp_path: Path, text: str, says: str | None) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(text)
    if says:
        with pytest.raises(CommandError, match=says):
            call_command("due", "--cases", str(file))
        return
    with pytest.raises(SystemExit):
        call_command("due", "--cases", str(file))
