"""Celery as a doorbell: messages carry a job id at most, and losing every one of them loses nothing."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy.settings")

app = Celery("kept")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()  # without it, tasks called from worker threads land on another app and vanish
