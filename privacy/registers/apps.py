from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "privacy.registers"
    label = "registers"
    verbose_name = "Registers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.policy import grant_requests
        from privacy.registers.selectors import show_recipients

        grant_requests.scope_kind("recipient", show_recipients)
