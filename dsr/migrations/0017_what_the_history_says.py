"""Note of each open request whether a question of ours is open, as its history says."""

from typing import Any

from django.db import migrations

ANSWERS = {
    "identity_requested": "identity_confirmed",
    "clarification_requested": "clarification_received",
    "fee_requested": "fee_paid",
    "fee_notified": "fee_accepted",
}
STILL = ["unconfirmed", "received", "prepared", "running", "blocked", "appealed"]
PAGE = 500


def note(apps: Any, _editor: Any) -> None:
    cases, history = apps.get_model("dsr", "SubjectRequest"), apps.get_model("dsr", "HistoryRow")
    keys = list(cases.objects.filter(state__in=STILL).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), PAGE):
        rows = history.objects.filter(subject_request_id__in=keys[start : start + PAGE])
        waiting: dict[Any, set[str]] = {}
        for key, kind in rows.order_by("at", "id").values_list("subject_request_id", "kind"):
            waits = waiting.setdefault(key, set())
            waits.discard(kind)
            if kind in ANSWERS:
                waits.add(ANSWERS[kind])
        cases.objects.filter(pk__in=[key for key, waits in waiting.items() if waits]).update(awaits_person=True)


class Migration(migrations.Migration):
    dependencies = [("dsr", "0016_who_is_waited_for")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
