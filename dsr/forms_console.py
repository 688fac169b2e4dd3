"""Forms of the console: they check shape; the rules are in the services."""

from django import forms

from dsr.grounds import GROUNDS
from dsr.services.extending import REASONS, SHORTEST_REASON
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


class ExtensionForm(forms.Form):
    """Why more time is needed."""

    reason = forms.ChoiceField(label="Why", choices=list(REASONS.items()), widget=forms.RadioSelect)
    words = forms.CharField(
        label="In plain words, as the person will read it",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_REASON,
        max_length=4000,
    )


class QuestionForm(forms.Form):
    """What the person is asked."""

    words = forms.CharField(
        label="What you need to know, as the person will read it",
        help_text="Ask for the least that settles it. Quote nothing that we hold.",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_REASON,
        max_length=4000,
    )
