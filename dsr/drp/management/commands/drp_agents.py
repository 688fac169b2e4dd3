"""`manage.py drp_agents FILE.json`: take over the network's directory of agents; `--business` prints our entry."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dsr.drp.agents import keep_agent
from dsr.drp.models import NetworkAgent
from dsr.drp.vocabulary import SUPPORTED
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Take over the directory of authorized agents, or print our own entry for the network's operators."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the network's list of agents, as JSON")
        parser.add_argument("--business", action="store_true", help="print the entry of this company")

    def handle(self, *, file: Path | None, business: bool, **_options: Any) -> None:
        if business:
            self.stdout.write(json.dumps(_entry(), indent=1))
        elif file:
            self._take_over(file)
        else:
            raise CommandError("Give the file of the directory, or --business.")

    def _take_over(self, file: Path) -> None:
        """Every entry that can be read; each that cannot is named. Hosts for callbacks that were chosen here stay."""
        try:
            entries = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"The file cannot be read ({type(error).__name__}).") from None
        if not isinstance(entries, list):
            raise CommandError("The directory is a JSON list of agents.")
        hosts = dict(NetworkAgent.objects.values_list("agent_id", "callback_hosts"))
        faults = 0
        for number, entry in enumerate(entries, start=1):
            values = entry if isinstance(entry, dict) else {}
            given = {name: str(values.get(name) or "") for name in ("id", "name", "verify_key", "web_url")}
            agent_id = given.pop("id")
            try:
                keep_agent(
                    agent_id=agent_id,
                    **given,
                    callback_hosts=hosts.get(agent_id, ""),
                    actor=OPERATOR,
                    now=clock.now(),
                    is_demo=settings.KEPT_DEMO,
                )
            except DomainError as error:
                faults += 1
                self.stderr.write(f"entry {number}: {error.field}: {error.message}")
        self.stdout.write(f"{len(entries) - faults} agents taken over, {faults} left out.")
        if faults:
            raise CommandError("Mend the entries named above.")


def _entry() -> dict[str, Any]:
    """Section 3.05.2; contacts and logo are for the operators to add."""
    return {
        "id": settings.KEPT_DRP_BUSINESS_ID,
        "name": settings.SITE_NAME,
        "api_base": f"{settings.KEPT_BASE_URL}/drp",
        "supported_actions": list(SUPPORTED),
        "supported_verifications": ["email"],
        "web_url": settings.KEPT_BASE_URL,
        "privacy_policy_url": f"{settings.KEPT_BASE_URL}/policy/",
    }
