"""Celery as a doorbell: messages carry a job id at most, and losing every one of them loses nothing."""

import os

from celery import Celery, signals

from privacy.kernel.collector import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy.settings")

app = Celery("kept")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()  # without it, tasks called from worker threads land on another app and vanish


@signals.worker_init.connect
def _settle(**_: object) -> None:
    """Before the pool is forked: what a worker process shares with its siblings stays shared."""
    settle()
