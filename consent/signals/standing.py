"""What signals say about a person whom we know: asked before a yes is taken, and shown to the person."""

import uuid
from collections.abc import Collection, Sequence

from consent.models import ConsentEvent, Preference
from consent.rules import RAISED
from consent.signals.models import SignalEvent
from consent.signals.reading import LABELS
from consent.signals.rules import SOURCE, against, knows
from consent.terms import terms_in_force
from privacy.kernel.errors import NotAllowed


def signals_on_record(members: Sequence[uuid.UUID]) -> set[str]:
    """The signals that this person's browsers have sent and that we honored."""
    return set(SignalEvent.objects.filter(subject_id__in=members).values_list("signal", flat=True).distinct())


def refuse_unaware_yes(members: Sequence[uuid.UUID], purpose: str, *, source_kind: str, source_id: str) -> None:
    """A yes against a signal counts only where the person saw the signal beside it.

    Raises NotAllowed(code="signal") otherwise. No query for what no signal denies.
    """
    terms = terms_in_force().get(purpose)
    if terms is None or not terms.denied_by:
        return
    standing = against(terms, signals_on_record(members))
    if standing and not knows(source_kind, source_id, standing):
        names = " and ".join(LABELS[signal] for signal in standing)
        raise NotAllowed(
            f"Your browser asks us to opt you out of this ({names}). "
            "To allow it anyway, answer under “Signals of your browser” on your preferences page.",
            code="signal",
        )


def allowed_in_view(members: Sequence[uuid.UUID], codes: Collection[str], signals: Collection[str]) -> set[str]:
    """The purposes that this person allowed with these signals in view, and has not taken back."""
    rows = Preference.objects.filter(subject_id__in=members, purpose__in=codes, channel="", status__in=RAISED)
    by_event = dict(rows.values_list("event_id", "purpose"))
    events = ConsentEvent.objects.filter(pk__in=by_event, source_kind=SOURCE).values_list("id", "source_id")
    return {by_event[key] for key, source_id in events if knows(SOURCE, source_id, signals)}
