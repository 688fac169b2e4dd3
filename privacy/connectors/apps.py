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

    if not ConnectedSystem.objects.filter(state="connected").exists():
        return []
    from privacy.connectors.sources import connected_handlers

    return connected_handlers()
