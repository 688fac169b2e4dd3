from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent"
    verbose_name = "Consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.gate import may_send, may_use
        from privacy.jobs import send_gate
        from privacy.policy import decision_gate

        send_gate.register(may_send)
        decision_gate.register(may_use)
