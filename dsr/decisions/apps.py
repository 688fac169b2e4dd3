from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "dsr.decisions"
    label = "decisions"
    verbose_name = "Decisions on requests"
    default_auto_field = "django.db.models.BigAutoField"
