"""A person who signed up gets a role, works with it, and loses it again; each is on the log."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.testing.cast import signed_in


def test_a_role_opens_the_desk_and_taking_it_closes_it(alice: User) -> None:
    assert signed_in(alice).get("/desk/").status_code == 403
    call_command("role", "Alice@Example.com", "Agents")
    alice.refresh_from_db()
    assert signed_in(alice).get("/desk/").status_code == 200
    call_command("role", "alice@example.com", "Agents", "--take")
    alice.refresh_from_db()
    assert not alice.is_staff
    assert signed_in(alice).get("/desk/").status_code == 403
    events = AuditEvent.objects.filter(type__startswith="accounts.role_").order_by("id")
    assert [(event.type, event.target_id) for event in events] == [
        ("accounts.role_given", alice.pk),
        ("accounts.role_taken", alice.pk),
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nobody@example.com", "Legal"], "Nobody signed up"),
        (["alice@example.com", "Kings"], "There is no role Kings. Known: Agents, Legal, Marketing, Operators."),
        (["alice@example.com", "Legal", "--take"], "does not have the role Legal"),
        (["not an address", "Legal"], "address"),
    ],
)
def test_what_cannot_be_done_is_said(alice: User, words: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("role", *words)
    assert not AuditEvent.objects.filter(type__startswith="accounts.role_").exists()


def test_a_role_is_given_once(alice: User) -> None:
    call_command("role", "alice@example.com", "Legal")
    with pytest.raises(CommandError, match="already"):
        call_command("role", "alice@example.com", "Legal")
