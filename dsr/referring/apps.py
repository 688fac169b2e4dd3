from django.apps import AppConfig


class ReferringConfig(AppConfig):
    name = "dsr.referring"
    label = "referring"
    verbose_name = "Referrals to business customers"
    default_auto_field = "django.db.models.BigAutoField"
