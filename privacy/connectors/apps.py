from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    import datetime as dt

    from privacy.personal_data.contract import Handler, Person


class ConnectorsConfig(AppConfig):
    name = "privacy.connectors"
    label = "connectors"
    verbose_name = "Outside systems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.personal_data.contract import handlers
        from privacy.personal_data.late_answers import on_unneeded_copy

        handlers.register_source(_connected)
        on_unneeded_copy(_call_off)


def _call_off(person: "Person", now: "dt.datetime") -> None:
    from privacy.connectors.models import ConnectedSystem

    if ConnectedSystem.objects.filter(kind="opendsr", state="connected").exists():
        from privacy.connectors.opendsr.filing import call_off_copies

        call_off_copies(person, now)


def _connected() -> "Sequence[Handler]":
    """The connected systems. What talks to them is loaded only where there is one."""
    from privacy.connectors.selectors import CONNECTED

    rows = CONNECTED.all()
    if not rows:
        return []
    from privacy.connectors.sources import handler_of

    return [handler_of(row) for row in rows]  # nothing is opened yet
