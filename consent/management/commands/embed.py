"""`manage.py embed [SITE]`: the lines that a site takes over to ask its visitors."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consent.banner.consent_mode import TYPES, consent_mode
from consent.banner.sites import sites_by_key

LINES = """\
{label} ({host}), key {key}

In the head of each page, with the language of the page:
  <script src="{base}/banner/v1.js?site={key}&amp;lang=en" defer></script>

Where a person finds the choice again, with script and without:
  <a href="{base}/choices/{key}/?lang=en" data-kept-open>Privacy choices</a>

Where the site has a content security policy, add to it:
  script-src {base}; connect-src {base}

Where the site uses Google's tags, add &amp;gcm=1 to the address of the script, and before every tag:
  <script>
    window.dataLayer = window.dataLayer || [];
    function gtag() {{ dataLayer.push(arguments); }}
    gtag("consent", "default", {defaults});
  </script>
"""


class Command(BaseCommand):
    help = "Print what a site embeds to ask its visitors; every site of the policy where none is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", nargs="?", default="", help="the code of a site in the policy")

    def handle(self, *args: Any, site: str, **options: Any) -> None:
        found = [one for one in sites_by_key().values() if site in ("", one.slug)]
        if not found:
            raise CommandError("There is no such site in the policy in force: see `manage.py export_policy`.")
        states = ", ".join(f'{name}: "denied"' for name in TYPES)
        defaults = f"{{ {states}, wait_for_update: {consent_mode()['w']} }}"
        for one in found:
            self.stdout.write(
                LINES.format(
                    label=one.label, host=one.host, key=one.key, base=settings.KEPT_BASE_URL, defaults=defaults
                )
            )
