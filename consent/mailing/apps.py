from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "consent.mailing"
    label = "mailing"
    verbose_name = "Mail by consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.mailing import one_click  # noqa: F401 - its check registers itself
        from consent.mailing.gate import may_send_copy
        from consent.mailing.inbound.reader import read_opt_out
        from privacy.jobs import send_gate
        from privacy.jobs.mailbox.handling import register_reader

        send_gate.register(may_send_copy)
        register_reader("opt_out", read_opt_out)
