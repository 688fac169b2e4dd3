"""Whom a letter names: the authority of the person's place, and registers that an installation adds to."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from dsr.checks import check_authorities
from dsr.letters.authorities import REGISTER, BadRegister, authorities_for, read_register, register
from privacy.kernel.countries import EEA
from privacy.kernel.deadlines.profiles import PROFILES


def named(regime: str, region: str = "") -> list[str]:
    return [each.code for each in authorities_for(regime=regime, region=region)]


def test_the_register_knows_every_country_of_the_law_and_every_state() -> None:
    rows = read_register(REGISTER).rows
    assert set(rows) >= EEA | {"GB", "CH", "CA", "CA-QC", "BR", "AU", "NZ", "IN"}
    assert set(rows) >= {code for code in PROFILES if code.startswith("US-") and code.count("-") == 1}
    assert len(rows["US-CA"]) == 2 and register().version[:4].isdigit()
    assert all(each.web.startswith("https://") for found in rows.values() for each in found)


def test_the_place_of_the_person_decides(settings: Settings) -> None:
    assert named("EU-GDPR", "DE-BY") == ["DE-BY"] and named("EU-GDPR", "DE-XX") == ["DE"]
    assert named("EU-GDPR", "US-CA") == ["EU"] and named("EU-GDPR") == ["EU"]
    assert named("UK-GDPR", "FR") == ["GB"] and named("US-VA") == ["US-VA"]
    assert named("US-CA-CCPA", "US-CA") == ["US-CA", "US-CA"]
    assert named("PROMISE", "BR") == ["BR"]
    settings.KEPT_CALENDAR = "AT"
    assert named("EU-GDPR") == ["AT"] and named("EU-GDPR", "PT") == ["PT"]
    settings.KEPT_AUTHORITY = "Our Authority; 1 Road; https://authority.example"
    (own,) = authorities_for(regime="EU-GDPR")
    assert (own.name, own.post, own.web) == ("Our Authority", "1 Road", "https://authority.example")
    settings.KEPT_AUTHORITY = "Our Authority; 1 Road"
    assert authorities_for(regime="EU-GDPR")[0].address == "1 Road"


def test_an_installation_adds_and_replaces_rows(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("version: mine\nauthorities:\n  - {code: DE, name: Mine, web: 'https://mine.example'}\n")
    settings.KEPT_AUTHORITIES = str(own)
    assert [each.name for each in authorities_for(regime="EU-GDPR", region="DE")] == ["Mine"]
    assert named("EU-GDPR", "FR") == ["FR"] and "with mine" in register().version


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("authorities:\n  - {code: DE, name: X}\n", "web is missing"),
        ("authorities:\n  - {code: DE, name: X, web: 'http://x'}\n", "https"),
        ("authorities:\n  - {code: DE, phone: 1}\n", "row 1"),
        ("[", "cannot be read"),
        ("- 1", "cannot be read"),
    ],
)
def test_a_broken_register_names_its_row(tmp_path: Path, text: str, word: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    with pytest.raises(BadRegister, match=word):
        read_register(bad)


def test_a_register_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadRegister, match="cannot be read"):
        read_register(tmp_path / "none.yaml")


def test_the_check_of_an_installation_names_a_broken_register(settings: Settings, tmp_path: Path) -> None:
    assert check_authorities() == []
    settings.KEPT_AUTHORITIES = str(tmp_path / "none.yaml")
    (error,) = check_authorities()
    assert error.id == "dsr.E004" and "none.yaml" in str(error.msg)
