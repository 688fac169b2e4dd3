from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and logins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.logins import receivers  # noqa: F401  (connects itself to the signals of Django)
        from accounts.selectors import person_of
        from privacy.personal_data.prepared import register_person

        register_person("own", lambda package: person_of(package.subject_id))
