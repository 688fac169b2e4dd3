from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and logins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.logins import receivers  # noqa: F401  (connects itself to the signals of Django)
        from accounts.resealing import identifier_index, second_factor
        from accounts.selectors import known_to_others, person_of
        from privacy.personal_data.leaks.screening import register_lookup
        from privacy.personal_data.prepared import register_person
        from privacy.personal_data.rekeying.columns import register_keyed

        register_keyed("mfa.Authenticator", "data", second_factor, is_json=True)
        register_keyed("accounts.Identifier", "index", identifier_index)
        register_lookup("identifiers", known_to_others)
        register_person("own", lambda package: person_of(package.subject_id))
