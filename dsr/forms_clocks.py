"""Forms of the console about clocks: they check shape; the rules are in the services."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dsr.regions import REGIONS
from dsr.services.choosing_law import SHORTEST_REASON


def law_choices() -> list[tuple[str, str]]:
    """Every region with its law, as legal reads it."""
    rows = [
        (region.code, f"{region.name}: {region.profile or 'no law of its own, ours counts alone'}")
        for region in REGIONS.values()
    ]
    return [("", "Not known: our own law counts alone"), *rows]


class LawForm(forms.Form):
    """Where the person lives, and how legal knows."""

    region = forms.ChoiceField(
        label="Where does the person live?",
        required=False,
        choices=law_choices,
        help_text="Our own law counts beside it; the earlier day is the due day.",
        error_messages={"invalid_choice": "Choose from the list."},
    )
    reason = forms.CharField(
        label="How do you know?",
        help_text="Kept with the case as a note of staff.",
        widget=forms.Textarea(attrs={"rows": 4}),
        min_length=SHORTEST_REASON,
        max_length=1000,
    )


ABOUT = {
    "identity": "Who they are",
    "clarification": "What exactly they want",
    "fee": "Nothing: tell what it costs",
}


class QuestionForm(forms.Form):
    """What the person is asked, or told."""

    about = forms.ChoiceField(label="What is to be asked?", choices=list(ABOUT.items()), widget=forms.RadioSelect)
    words = forms.CharField(
        label="What you need to know, as the person will read it",
        help_text="Ask for the least that settles it. Quote nothing that we hold.",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_REASON,
        max_length=4000,
    )


class AnsweredForm(forms.Form):
    """Which question was answered, and when."""

    about = forms.ChoiceField(label="What did the person answer?", widget=forms.RadioSelect)
    on = forms.DateField(
        label="On which day did the answer reach us?",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
        help_text="Today, if you leave it empty.",
        error_messages={"invalid": "Write the day as YYYY-MM-DD."},
    )

    def __init__(self, *args: Any, about: Sequence[str], **kwargs: Any) -> None:
        """`about`: the questions that are open."""
        super().__init__(*args, **kwargs)
        answers = {"clarification": "What exactly they want", "fee": "They agree to the fee, or paid it"}
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(code, answers[code]) for code in about]
