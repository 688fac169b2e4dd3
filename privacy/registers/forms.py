"""Forms of the registers: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from privacy.policy.selectors import categories, has_policy
from privacy.registers.selectors import policy_recipients

WIDE = {"class": "vTextField"}


def _kinds() -> list[tuple[str, str]]:
    return [(code, f"{row.label} ({row.role})") for code, row in policy_recipients().items()]


def _categories() -> list[tuple[str, str]]:
    return [(row.code, row.label) for row in categories()] if has_policy() else []


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}), help_text=help_text
    )


class RecipientForm(forms.Form):
    """The file of one recipient."""

    code = forms.SlugField(label="Code", max_length=40, help_text="Small letters, digits and hyphens; it stays.")
    label = forms.CharField(label="Company", max_length=120, widget=forms.TextInput(attrs=WIDE))
    policy_code = forms.ChoiceField(label="Kind of recipient in the policy", choices=_kinds)
    country = forms.CharField(label="Country", max_length=60)
    uses = forms.CharField(
        label="What it does with the data",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="People read this before they agree. Another text needs another agreement.",
    )
    categories = forms.MultipleChoiceField(
        label="The most that it may have", choices=_categories, widget=forms.CheckboxSelectMultiple
    )
    contract = forms.CharField(
        label="Contract",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs=WIDE),
        help_text="Its name or number; without one nothing goes there.",
    )
    contract_on = _day("Signed on")
    contract_until = _day("Ends on", help_text="Empty: no end.")
    measures = forms.CharField(
        label="Confidentiality and security", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    policy_url = forms.URLField(
        label="Its own privacy policy",
        max_length=300,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs=WIDE),
        help_text="Required for partners and publishers.",
    )
    review_on = _day("Look at it again on", required=True)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("contract") and not values.get("contract_on"):
            self.add_error("contract_on", "Say when it was signed.")
        return values
