from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "privacy.connectors"
    label = "connectors"
    verbose_name = "Outside systems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.connectors.sources import connected_handlers
        from privacy.personal_data.contract import handlers

        handlers.register_source(connected_handlers)
