from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "consent.mailing"
    label = "mailing"
    verbose_name = "Mail by consent"
    default_auto_field = "django.db.models.BigAutoField"
