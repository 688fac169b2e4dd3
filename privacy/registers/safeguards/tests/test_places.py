"""The register of places: every system and recipient with its place, and with a mechanism where it is abroad."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from privacy.connectors.models import ConnectedSystem
from privacy.connectors.sample.shop import build_sample_shop
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.board import controls_of
from privacy.policy.models import PolicyVersion
from privacy.registers.models import RecipientFile
from privacy.registers.safeguards.places import HEADS, places
from privacy.registers.services.recipients import keep_recipient
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/console/safeguards/safeguarddocument/places/"
Connect = Callable[[str], None]


@pytest.fixture(autouse=True)
def here(settings: Settings, demo_policy: PolicyVersion) -> None:
    settings.KEPT_PLACE = "Germany"


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Connect the sample shop, with its data in this country."""
    file = build_sample_shop(tmp_path / "shop.sqlite3")
    text = file.read_text()

    def act(place: str) -> None:
        file.write_text(text.replace("place: India", f"place: {place}"))
        call_command("connect", str(file))

    return act


@pytest.fixture
def keeper(db: None) -> Client:
    return signed_in(make_user("keeper@kept.example", "manage_recipients", is_staff=True))


def problems() -> dict[str, str]:
    return {row.name: row.problem for row in places() if row.problem}


def state() -> str:
    return next(each.answer().state for each in controls_of(61) if each.code == "registers.places")


@pytest.mark.promise(61)
def test_a_system_abroad_without_a_mechanism_is_flagged(connect: Connect) -> None:
    assert not problems() and state() == "green"
    connect("Brazil")
    label = ConnectedSystem.objects.get().label
    assert problems() == {label: "no mechanism"} and state() == "red"
    connect("India")  # the policy's transfer of own staff leads there
    assert not problems()
    row = next(row for row in places() if row.name == label)
    assert (row.place, row.transfer, row.mechanism) == ("India", "own_staff_in", "standard_clauses")
    connect("France")  # within the European Economic Area nothing crosses a border
    assert not problems() and state() == "green"


def test_what_has_no_place_is_said_with_the_switch(connect: Connect, settings: Settings) -> None:
    connect("''")
    settings.KEPT_PLACE = ""
    assert len(problems()) == 2 and state() == "not_configured"


def test_recipients_by_name_stand_under_the_transfer_of_their_kind() -> None:
    values = {
        "policy_code": "affiliates",
        "label": "=Kept Brazil",
        "country": "Brazil",
        "uses": "Learns industry and role.",
        "categories": ["identification"],
        "review_on": "2030-01-01",
    }
    keep_recipient(code="kept_br", values=values, actor=OPERATOR, now=clock.now())
    row = next(row for row in places() if row.name == "=Kept Brazil")
    assert (row.transfer, row.problem) == ("affiliates_in", "")


def test_the_file_of_a_recipient_says_by_which_mechanism(keeper: Client) -> None:
    test_recipients_by_name_stand_under_the_transfer_of_their_kind()
    row = RecipientFile.objects.get(code="kept_br")
    here = f"/console/registers/recipientfile/{row.pk}/change/"
    assert "standard clauses" in keeper.get(here).content.decode()
    RecipientFile.objects.update(country="France")
    assert "no border is crossed" in keeper.get(here).content.decode()


def test_the_page_and_the_file_say_the_same(keeper: Client, mallory: User, connect: Connect) -> None:
    connect("Brazil")
    test_recipients_by_name_stand_under_the_transfer_of_their_kind()
    page = keeper.get(PAGE).content.decode()
    assert "1 to mend" in page and "no mechanism" in page and "Brazil" in page
    answer = keeper.get(f"{PAGE}file/")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[0] == list(HEADS) and len(rows) == len(places()) + 1
    assert any(row[1] == "'=Kept Brazil" for row in rows)  # no formula of a spreadsheet
    assert signed_in(mallory).get(PAGE).status_code in {302, 403}
    nobody = signed_in(make_user("nobody@kept.example", is_staff=True))
    assert nobody.get(PAGE).status_code == nobody.get(f"{PAGE}file/").status_code == 403


def test_a_place_that_is_none_is_refused_by_its_name(connect: Connect) -> None:
    with pytest.raises(CommandError, match="place is the country"):
        connect("x" * 81)
