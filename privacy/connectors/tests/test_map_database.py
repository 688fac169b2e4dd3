"""A drafted map fits the database it was drafted from, and needs a person to finish it."""

import io
from collections.abc import Callable
from pathlib import Path

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
    draft["systems"][0]["erase"] = {"user.contact.email": "pseudonym"}
    (tmp_path / "draft.yml").write_text(yaml.safe_dump(draft), encoding="utf-8")
    handler = connect(tmp_path / "draft.yml", "draft")
    dana = Person((), (Identity("email", "dana.demo@example.com"),))
    assert {each.table for each in handler.find(dana) if each.rows} == {
        "customers",
        "orders",
        "order_lines",
        "support_notes",
    }


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="the database answered"):
        call_command("map_database", f"sqlite:///{tmp_path / 'none.sqlite'}")
