from django.apps import AppConfig


class MailboxConfig(AppConfig):
    name = "privacy.jobs.mailbox"
    label = "mailbox"
    verbose_name = "Mail that came in"
    default_auto_field = "django.db.models.BigAutoField"
