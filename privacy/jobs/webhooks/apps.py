from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "privacy.jobs.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.jobs.webhooks import topics  # noqa: F401  (registers the topic of test messages)
