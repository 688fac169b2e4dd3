from django.apps import AppConfig


class OwnDeletionConfig(AppConfig):
    name = "dsr.own_deletion"
    label = "own_deletion"
    verbose_name = "Accounts that their people delete"
    default_auto_field = "django.db.models.BigAutoField"
