"""The panel of imports."""

import datetime as dt

from django.urls import reverse

from consent.imports.models import ConsentImport
from consent.imports.vocabulary import ImportState
from privacy.console.dashboard import Panel, panel


@panel("imports", order=26, permission="imports.run_imports")
def waiting_imports(_now: dt.datetime) -> Panel:
    count = ConsentImport.objects.filter(state=ImportState.CHECKED).count()
    text = "Read what they would change, then approve or discard." if count else "No file waits for approval."
    url = reverse("console:imports_consentimport_changelist") + "?state__exact=checked"
    return Panel("due", "Imports to approve", str(count), text, "warn" if count else "ok", url)
