from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from privacy.personal_data.contract import Handler


class ConnectorsConfig(AppConfig):
    name = "privacy.connectors"
    label = "connectors"
    verbose_name = "Outside systems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.personal_data.contract import handlers

        handlers.register_source(_connected)


def _connected() -> "Sequence[Handler]":
    """The connected systems. What talks to them is loaded only where there is one."""
    from privacy.connectors.models import ConnectedSystem

    rows = list(ConnectedSystem.objects.filter(state="connected"))
    if not rows:
        return []
    from privacy.connectors.sources import handler_of

    return [handler_of(row) for row in rows]  # nothing is opened yet
