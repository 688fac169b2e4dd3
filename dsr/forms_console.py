"""Forms of the console: they check shape; the rules are in the services."""

from django import forms

from dsr.grounds import GROUNDS
from dsr.services.planning import IDENTITY_METHODS


class IdentityForm(forms.Form):
    """How legal knows who asks."""

    method = forms.ChoiceField(
        label="How did you check who asks?", choices=list(IDENTITY_METHODS.items()), widget=forms.RadioSelect
    )


class RefusalForm(forms.Form):
    """Ground and reasons of a refusal."""

    ground = forms.ChoiceField(
        label="Ground",
        choices=[(g.code, f"{g.article}: {g.sentence}") for g in GROUNDS.values() if g.refuses],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label="Reasons, as the person will read them",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=20,
        max_length=4000,
    )
