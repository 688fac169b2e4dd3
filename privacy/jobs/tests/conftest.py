"""Kinds and templates that only the tests of jobs know."""

import pytest

from privacy.jobs import mail_registry, registry, send_gate
from privacy.jobs.mail_registry import RenderedMail, mail_template
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.jobs.send_gate import GateAnswer


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(mail_registry, "_templates", dict(mail_registry._templates))
    monkeypatch.setattr(send_gate, "_gates", [lambda message: GateAnswer(allowed=True)])
    for name, kind in [("test.reminder", MessageClass.REMINDER), ("test.secret", MessageClass.SECRET)]:

        @mail_template(name, message_class=kind)
        def render(message: OutboxMessage) -> RenderedMail:
            return RenderedMail("A test", f"token {message.secret.get('token', '-')} id {message.context['id']}")
