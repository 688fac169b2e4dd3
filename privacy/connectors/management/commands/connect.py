"""`manage.py connect FILE.yaml [--check]`: databases by their data maps, services by their options.

Every map is checked against the live schema first, and every service tested; one that does not fit refuses the whole
file.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.connectors.services import (
    Connected,
    MapRefused,
    check_system,
    check_web_system,
    connect_systems,
    disconnect_system,
)
from privacy.connectors.systems_file import SystemSpec, WebSpec, read_systems_file
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Connect outside systems: FILE lists databases with url and data map, and services with their options."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default="", help="the systems file (YAML)")
        parser.add_argument("--check", action="store_true", help="only check the maps against the databases")
        parser.add_argument("--disconnect", default="", metavar="KEY", help="stop asking the system with this key")

    def handle(self, *args: Any, file: str, check: bool, disconnect: str, **options: Any) -> None:
        if bool(file) == bool(disconnect):
            raise CommandError("Give a systems file, or --disconnect KEY.")
        try:
            if disconnect:
                disconnect_system(key=disconnect, actor=OPERATOR, now=clock.now())
                self.stdout.write(f"{disconnect} is no longer asked.")
                return
            specs = read_systems_file(Path(file))
            if check:
                for spec in specs:
                    self._check(spec)
                return
            for each in connect_systems(specs=specs, actor=OPERATOR, now=clock.now()):
                self._say(each)
        except MapRefused as refused:
            raise CommandError("Refused, nothing was stored:\n  " + "\n  ".join(refused.problems)) from None
        except DomainError as error:
            raise CommandError(error.message) from None

    def _check(self, spec: SystemSpec | WebSpec) -> None:
        if isinstance(spec, SystemSpec):
            check_system(spec)
            self.stdout.write(f"{spec.key}: the map fits its database.")
            return
        for check in check_web_system(spec):
            self.stdout.write(f"{spec.key}: {check.label}: {check.says}")

    def _say(self, each: Connected) -> None:
        state = "connected" if each.is_changed else "is connected already, nothing changed"
        holds = f" ({each.collections} collections, {each.fields} fields)" if each.collections else ""
        self.stdout.write(f"{each.key}: {state}{holds}.")
        for note in each.notes:
            self.stdout.write(f"  note: {note}")
        if each.unmapped:
            self.stdout.write(f"  not in the map, so neither shown nor erased: {', '.join(each.unmapped)}")
