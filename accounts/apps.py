from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and logins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.logins import receivers  # noqa: F401  (connects itself to the signals of Django)
