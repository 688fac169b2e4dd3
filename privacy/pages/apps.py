from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class PagesConfig(AppConfig):
    name = "privacy.pages"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        import privacy.celery  # noqa: F401  (else web and commands ring a bell that hangs nowhere)
        from privacy.pages import checks  # noqa: F401  (registers itself)
        from privacy.pages.describing import PolicyDescriber
        from privacy.pages.groups import ensure_groups
        from privacy.personal_data.packaging.information import register_describer

        register_describer(PolicyDescriber)
        autodiscover_modules("api_schema")
        last = apps.get_app_config("usersessions")  # the last app with tables: every permission is there by then
        post_migrate.connect(ensure_groups, sender=last, dispatch_uid="pages.groups")
