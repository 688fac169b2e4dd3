from django.apps import AppConfig


class DsrConfig(AppConfig):
    name = "dsr"
    verbose_name = "Subject requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr import checks  # noqa: F401  (registers itself with Django)
        from dsr.services.answering import person_of_package
        from dsr.services.reminding import may_remind
        from privacy.jobs import send_gate
        from privacy.personal_data.prepared import register_person

        send_gate.register(may_remind)
        register_person("case", person_of_package)
