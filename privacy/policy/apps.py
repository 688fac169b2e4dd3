from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules


class PolicyConfig(AppConfig):
    name = "privacy.policy"
    label = "policy"
    verbose_name = "The policy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from privacy.policy import webhooks  # noqa: F401  (registers the topic)
        from privacy.policy.triggers import install_triggers, make_way

        autodiscover_modules("promises")
        pre_migrate.connect(make_way, sender=self, dispatch_uid="kept-policy-make-way")
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="kept-policy-triggers")
