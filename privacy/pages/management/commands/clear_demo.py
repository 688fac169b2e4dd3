"""`manage.py clear_demo`: take the demo away before real use."""

from typing import Any

from django.core.management.base import BaseCommand

from privacy.kernel import clock
from privacy.pages.demo.clearing import clear_demo


class Command(BaseCommand):
    help = "Delete every demo row but evidence, which stays and is marked. Stop `serve` first."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = clear_demo(now=clock.now())
        for label, rows in sorted(counts.items()):
            self.stdout.write(f"{label}: {rows}")
        self.stdout.write(f"{sum(counts.values())} demo rows deleted. Evidence stays, marked as demo.")
