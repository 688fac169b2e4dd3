from django.apps import AppConfig


class TimekeepingConfig(AppConfig):
    name = "dsr.timekeeping"
    label = "timekeeping"
    verbose_name = "Calendars and times"
    default_auto_field = "django.db.models.BigAutoField"
