"""The panel of imports."""

import datetime as dt

from django.db.models import Subquery
from django.urls import reverse

from consent.imports.models import ConsentImport
from consent.imports.vocabulary import ImportState
from privacy.console.dashboard import Figures, Panel, panel
from privacy.console.figures import count


def _figures(_now: dt.datetime) -> dict[str, Subquery]:
    return {"waiting": count(ConsentImport.objects.filter(state=ImportState.CHECKED))}


@panel("imports", order=26, permission="imports.run_imports", figures=_figures)
def waiting_imports(_now: dt.datetime, found: Figures) -> Panel:
    waiting = found["waiting"]
    text = "Read what they would change, then approve or discard." if waiting else "No file waits for approval."
    url = reverse("console:imports_consentimport_changelist") + "?state__exact=checked"
    return Panel("due", "Imports to approve", str(waiting), text, "warn" if waiting else "ok", url)
