from django.apps import AppConfig


class DsrConfig(AppConfig):
    name = "dsr"
    verbose_name = "Subject requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr import checks  # noqa: F401  (registers itself with Django)
        from dsr.services.reminding import may_remind
        from privacy.jobs import send_gate

        send_gate.register(may_remind)
