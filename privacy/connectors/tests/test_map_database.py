"""A drafted map fits the database it was drafted from, and needs a person to finish it."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from privacy.connectors.sample import build_sample_shop
from privacy.personal_data.contract import Handler, Identity, Person

pytestmark = pytest.mark.django_db


def test_a_draft_can_be_connected_once_it_is_mended(
    tmp_path: Path, connect: Callable[..., Handler], monkeypatch: pytest.MonkeyPatch
) -> None:
    build_sample_shop(tmp_path / "shop.sqlite")
    monkeypatch.setenv("DRAFT_URL", f"sqlite:///{tmp_path / 'shop.sqlite'}")
    out = io.StringIO()
    call_command("map_database", "$DRAFT_URL", key="draft", stdout=out)
    assert "dana" not in out.getvalue()
    draft = yaml.safe_load(out.getvalue())
    with pytest.raises(
        CommandError, match=r"customers\.email \(likely: its name holds email, and people are found by it"
    ):
        call_command("connect", _written(tmp_path, draft))
    marks = _take_marks(draft["systems"][0]["dataset"]["collections"])
    assert marks["customers"].startswith("whose data is it?")
    assert marks["customers.full_name"] == "likely: its name holds full_name"
    assert marks["customers.city"].startswith("perhaps: ") and marks["support_notes.text"].startswith("unsure: ")
    assert not {"customers.id", "orders.customer_id", "orders.total"} & set(marks)
    draft["systems"][0]["erase"] = {"user.contact.email": "pseudonym"}
    handler = connect(_written(tmp_path, draft), "draft")
    dana = Person((), (Identity("email", "dana.demo@example.com"),))
    assert {each.table for each in handler.find(dana) if each.rows} == {
        "customers",
        "orders",
        "order_lines",
        "support_notes",
    }


def _written(tmp_path: Path, draft: Any) -> str:
    file = tmp_path / "draft.yml"
    file.write_text(yaml.safe_dump(draft), encoding="utf-8")
    return str(file)


def _take_marks(collections: list[dict[str, Any]]) -> dict[str, str]:
    """What a person decides: every mark by its place, which goes."""
    marks = {each["name"]: each.pop("confirm") for each in collections if "confirm" in each}
    for each in collections:
        fields = [one for one in each["fields"] if "confirm" in one]
        marks |= {f"{each['name']}.{one['name']}": one.pop("confirm") for one in fields}
    return marks


def test_one_mark_that_is_left_is_refused_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_sample_shop(tmp_path / "shop.sqlite")
    monkeypatch.setenv("DRAFT_URL", f"sqlite:///{tmp_path / 'shop.sqlite'}")
    out = io.StringIO()
    call_command("map_database", "$DRAFT_URL", key="draft", stdout=out)
    draft = yaml.safe_load(out.getvalue())
    collections = draft["systems"][0]["dataset"]["collections"]
    _take_marks(collections)
    collections[0]["fields"][0]["confirm"] = ""
    with pytest.raises(CommandError, match=r"1 guesses of the draft are not confirmed: customers\.id"):
        call_command("connect", _written(tmp_path, draft))


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="the database cannot be reached"):
        call_command("map_database", f"sqlite:///{tmp_path / 'none.sqlite'}")
