"""`manage.py erase_preview EMAIL [--json]`: what an erasure would do, per system and table. Nothing is touched."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError
from privacy.pages.people import person_by_email, read_address
from privacy.pages.previewing import preview_for_operator


class Command(BaseCommand):
    requires_system_checks = ()  # made when Kept is migrated and started; they load every page
    help = "Show what an erasure of a person would do, per system and table. The look is audited."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's address; - reads it from standard input")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, email: str, json: bool, **options: Any) -> None:
        try:
            person = person_by_email(read_address(email))
            preview = preview_for_operator(person=person, actor=OPERATOR, now=clock.now())
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(_as_json(preview) if json else "\n".join(_lines(preview)))
        if preview["problems"]:
            raise CommandError("An erasure could not be approved now: see the problems.")


def _as_json(preview: dict[str, Any]) -> str:
    return json.dumps(preview, indent=2, ensure_ascii=False)


def _lines(preview: dict[str, Any]) -> list[str]:
    lines = ["" if preview["is_known"] else "No person here has this address; outside systems were asked by it."]
    for system in preview["systems"]:
        if system["system"] == "kept" and system["nothing_held"]:
            continue
        lines.append(f"{system['label']} ({system['handler']})")
        if system["not_offered"]:
            lines.append(f"  not offered: {system['not_offered']}")
        lines += [f"  {_table(table)}" for table in system["tables"]]
        lines += [
            f"  stays: {each['table']}: {each['what']}, because {each['why']} ({each['who']})"
            for each in system["residuals"]
        ]
    lines += [f"problem: {problem}" for problem in preview["problems"]]
    lines.append(f"{preview['rows']} rows in all; nothing was touched.")
    return [line for line in lines if line]


def _table(table: dict[str, Any]) -> str:
    name, rows = table["table"], table["rows"]
    if table["outcome"] == "not_found":
        return f"{name}: not found"
    until = f" until {table['until']}" if table["until"] else ""
    if table["treatment"] == "retain":
        return f"{name}: {rows} retained ({table['ground']}{until})"
    if table["treatment"] == "delete":
        return f"{name}: {rows} erased (deleted)"
    kept = f"; {', '.join(table['kept_fields'])} retained ({table['ground']}{until})" if table["ground"] else ""
    return f"{name}: {rows} erased (blanked: {', '.join(table['fields'])}){kept}"
