from django.apps import AppConfig


class OpenDsrConfig(AppConfig):
    name = "dsr.opendsr"
    label = "opendsr"
    verbose_name = "OpenDSR: requests of business customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dsr.opendsr.controllers import reserved_systems
        from dsr.opendsr.people import cases_of_customers
        from privacy.personal_data.contract import handlers
        from privacy.personal_data.people import register_cases

        handlers.register_reserved(reserved_systems)
        register_cases(cases_of_customers)
