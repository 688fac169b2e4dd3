from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "dsr.correspondence"
    label = "correspondence"
    verbose_name = "Correspondence of subject requests"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr.correspondence.mailing.reader import note_returned, read_request
        from privacy.jobs.mailbox.handling import register_reader, register_watcher

        register_reader("subject_request", read_request)
        register_watcher("subject_request", note_returned)
