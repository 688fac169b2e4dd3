from django.apps import AppConfig


class RetainedConfig(AppConfig):
    name = "dsr.retained"
    label = "retained"
    verbose_name = "What erasures kept"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr.retained.services import look_again
        from privacy.retention.services import on_release

        on_release(look_again)
