from django.apps import AppConfig


class DesksConfig(AppConfig):
    name = "privacy.connectors.desks"
    label = "desks"
    verbose_name = "Questions to people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.connectors.desks.selectors import labels_waiting
        from privacy.personal_data.people import register_waiting

        register_waiting(labels_waiting)
