"""What is typed on the pages of a review."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from dsr.review.vocabulary import Reason

REASONS = [("", "Why?"), *Reason.choices]
PERCENT = [MinValueValidator(0), MaxValueValidator(100)]
LONGEST_TERMS, MOST_TERMS = 4000, 100


class AddForm(forms.Form):
    """A file, or a text."""

    file = forms.FileField(
        label="A file: PDF, image, mail (.eml) or text",
        required=False,
        allow_empty_file=True,
        help_text="At most 20 MB. It is sealed; only pages made anew are ever shown.",
    )
    text = forms.CharField(
        label="Or a text, pasted", required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=2_000_000
    )
    name = forms.CharField(label="What it is", required=False, max_length=200, help_text="Such as: chat of 3 May")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not values.get("file") and not values.get("text", "").strip() and not self.errors:
            self.add_error("file", "Choose a file, or paste a text.")
        return values


class TermsForm(forms.Form):
    """Words to hide wherever they stand in the document."""

    terms = forms.CharField(
        label="Words to hide, one per line",
        max_length=LONGEST_TERMS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Each place in this document is marked, in any case, as whole words.",
    )
    reason = forms.ChoiceField(label="Why", choices=Reason.choices, initial=Reason.THIRD_PARTY)

    def clean_terms(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["terms"].splitlines() if line.strip()]
        if len(lines) > MOST_TERMS:
            raise forms.ValidationError("At most 100 lines at a time.")
        return lines


class BoxForm(forms.Form):
    """A place on a page, in percent of its sides from the top left."""

    left = forms.DecimalField(label="Left %", decimal_places=2, validators=PERCENT)
    top = forms.DecimalField(label="Top %", decimal_places=2, validators=PERCENT)
    right = forms.DecimalField(label="Right %", decimal_places=2, validators=PERCENT)
    low = forms.DecimalField(label="Bottom %", decimal_places=2, validators=PERCENT)
    reason = forms.ChoiceField(label="Why", choices=Reason.choices, initial=Reason.THIRD_PARTY)

    def box(self) -> tuple[int, int, int, int]:
        """In ten-thousandths."""
        left, top, right, low = (int(self.cleaned_data[name] * 100) for name in ("left", "top", "right", "low"))
        return left, top, right, low


class RangeForm(forms.Form):
    """A place in a text, by its characters."""

    left = forms.IntegerField(label="From character", min_value=0)
    right = forms.IntegerField(label="To character", min_value=1)
    reason = forms.ChoiceField(label="Why", choices=Reason.choices, initial=Reason.THIRD_PARTY)

    def box(self) -> tuple[int, int, int, int]:
        """As a mark stands."""
        return self.cleaned_data["left"], 0, self.cleaned_data["right"], 0
