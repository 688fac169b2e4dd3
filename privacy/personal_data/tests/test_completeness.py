"""No undeclared personal data: every field of every installed model is declared or exempted."""

import dataclasses

import pytest

from privacy.personal_data import checks, declaring
from privacy.personal_data.checks import every_field_is_declared, exempt_fields


@pytest.mark.promise(2)
def test_every_field_of_every_model_is_declared() -> None:
    assert [str(message) for message in every_field_is_declared()] == []


@pytest.mark.promise(2)
def test_an_undeclared_model_and_field_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(declaring.exemptions, "auth.Group")
    fields = dict(declaring.declarations["accounts.User"].fields)
    del fields["email"]
    fields["shoe_size"] = declaring.shown()
    changed = dataclasses.replace(declaring.declarations["accounts.User"], fields=fields)
    monkeypatch.setitem(declaring.declarations, "accounts.User", changed)
    found = {(message.id, message.msg) for message in every_field_is_declared()}
    assert ("personal_data.E001", "auth.Group is not declared.") in found
    assert ("personal_data.E002", "accounts.User.email is not declared.") in found
    assert ("personal_data.E004", "The declaration of accounts.User.shoe_size is stale: no such field.") in found


def test_a_stale_exemption_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(declaring.exemptions, "shop.Gone", "was removed")
    assert "personal_data.E003" in {message.id for message in every_field_is_declared()}


def test_a_new_field_on_an_exempt_model_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exemption is no blanket for what comes later."""
    fields = {**exempt_fields(), "dsr.Run": exempt_fields()["dsr.Run"] - {"id"} | {"note"}}
    monkeypatch.setattr(checks, "exempt_fields", lambda: fields)
    found = {(message.id, message.msg) for message in every_field_is_declared()}
    assert ("personal_data.E006", "dsr.Run.id is new on an exempt model.") in found
    assert ("personal_data.E007", "exempt_fields.txt names dsr.Run.note: no such field.") in found


def test_declaring_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declaring.declare(
            "accounts.User",
            category="account",
            purpose="account_service",
            subject="subject",
            label="",
            on_erase=declaring.DELETE,
            fields={},
        )
    with pytest.raises(ValueError, match="needs one reason"):
        declaring.exempt("accounts.User", "no")
