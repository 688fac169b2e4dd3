from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "dsr.saved_views"
    label = "saved_views"
    verbose_name = "Views of the queue"
    default_auto_field = "django.db.models.BigAutoField"
