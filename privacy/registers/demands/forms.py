"""Forms of legal demands: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from privacy.policy.models import Recipient
from privacy.policy.selectors import categories
from privacy.registers.demands.vocabulary import GROUND_WORDS
from privacy.registers.models import RecipientFile
from privacy.registers.selectors import policy_recipients

WIDE = {"class": "vTextField"}


def _authorities(kinds: list[Recipient]) -> list[tuple[str, str]]:
    rows = RecipientFile.objects.filter(ended_at=None, policy_code__in=[row.code for row in kinds]).order_by("label")
    return [("", "–"), *((row.code, f"{row.label} ({row.country})") for row in rows)]


def _categories(kinds: list[Recipient]) -> list[tuple[str, str]]:
    allowed = {code for row in kinds for code in row.categories}
    return [(row.code, row.label) for row in categories(kinds[0].version) if row.code in allowed] if kinds else []


def _day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}), help_text=help_text
    )


def _text(label: str, help_text: str, *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class DemandForm(forms.Form):
    """One demand."""

    recipient = forms.ChoiceField(label="Authority", help_text="It needs a recipient file of its kind.")
    instrument = forms.CharField(
        label="Instrument",
        max_length=300,
        widget=forms.TextInput(attrs=WIDE),
        help_text="Such as “Order 7 Gs 12/26 of the district court”.",
    )
    dated_on = _day("Dated")
    ground = forms.ChoiceField(
        label="Ground", choices=[(one.value, words) for one, words in GROUND_WORDS.items()], widget=forms.RadioSelect
    )
    identifier = forms.EmailField(label="Email address of the person", max_length=254)
    categories = forms.MultipleChoiceField(label="What it names", widget=forms.CheckboxSelectMultiple)
    contents = _text("Contents", "Which conversations or posts, and of when. Needed where what people wrote goes out.")
    necessity = _text("Note of necessity", "Why less would not do. Nobody can approve without it.")
    gag_until = _day("The person may not be told until", required=False, help_text="The last day; empty: no gag.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [row for row in policy_recipients().values() if row.role == "authority"]
        self.fields["recipient"].choices = _authorities(kinds)  # type: ignore[attr-defined]  # a choice field
        self.fields["categories"].choices = _categories(kinds)  # type: ignore[attr-defined]  # a choice field
