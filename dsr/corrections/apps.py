from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "dsr.corrections"
    label = "corrections"
    verbose_name = "Corrections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr.corrections.selectors import answers_of_corrections, require_corrected
        from dsr.services.moving import on_closing
        from dsr.services.system_answers import register_answers

        register_answers(answers_of_corrections)
        on_closing(require_corrected)
