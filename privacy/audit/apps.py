from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "privacy.audit"
    label = "audit"
    verbose_name = "The log"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.audit.triggers import install_triggers

        autodiscover_modules("audit_events")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="kept-evidence-triggers")
