from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "consent.mailing"
    label = "mailing"
    verbose_name = "Mail by consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from consent.mailing import one_click  # noqa: F401 - its check registers itself
