from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RetentionConfig(AppConfig):
    name = "privacy.retention"
    label = "retention"
    verbose_name = "Retention and holds"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.personal_data import guards
        from privacy.retention.holding import held_by_law, held_of_person, kept_by_law

        guards.register("legal_holds", held_by_law, of_table=kept_by_law, of_many=held_of_person)
        autodiscover_modules("disposals")
