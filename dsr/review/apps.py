from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "dsr.review"
    label = "review"
    verbose_name = "Review and redact"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr.review.from_messages import files_of_messages
        from dsr.review.from_records import words_of_records
        from dsr.review.packaging import additions_of_case, stop_unreviewed
        from dsr.review.sources import register_source
        from dsr.services.releasing import register_gate
        from privacy.personal_data.additions import register_additions

        register_source("messages", files_of_messages)
        register_source("records", words_of_records)
        register_gate(stop_unreviewed)
        register_additions(additions_of_case)
