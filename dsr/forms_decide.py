"""Forms of the pages on which legal decides: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from dsr.forms_console import AnswerForm
from dsr.outcomes import SHORTEST_WORDS
from dsr.services.reopening import REASONS

STEPS = ("ground", "evidence", "letter")
FIRST = frozenset({"outcome", "ground"})


class DecideForm(AnswerForm):
    """The decision about one right in three steps; what belongs to another step is carried along unseen."""

    evidence = forms.CharField(
        label="Where the proof lies",
        help_text="A reference for us: a file number, a record, a page. No names. It never leaves the house.",
        required=False,
        max_length=400,
    )

    def shown(self, step: str) -> list[forms.BoundField]:
        """The fields of a step."""
        names = {"ground": FIRST, "evidence": self.fields.keys() - FIRST, "letter": frozenset()}[step]
        return [self[name] for name in self.fields if name in names]

    def carried(self, step: str) -> list[forms.BoundField]:
        """The fields of the other steps, as hidden ones."""
        mine = {field.name for field in self.shown(step)}
        return [self[name] for name in self.fields if name not in mine]


class ReopenForm(forms.Form):
    """Which rights are decided anew, and why."""

    rights = forms.MultipleChoiceField(
        label="What is decided anew", widget=forms.CheckboxSelectMultiple, required=False, choices=[]
    )
    reason = forms.ChoiceField(
        label="Why",
        widget=forms.RadioSelect,
        choices=[(code, words) for code, words in REASONS.items() if code != "appeal_granted"],
    )

    def __init__(self, *args: Any, rights: list[tuple[str, str]], **kwargs: Any) -> None:
        """`rights`: (code, label) of what was decided."""
        super().__init__(*args, **kwargs)
        field = self.fields["rights"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = rights


class AppealForm(forms.Form):
    """The answer to an appeal."""

    outcome = forms.ChoiceField(
        label="Is the person right?",
        choices=[("granted", "Yes: what was declined is decided again"), ("denied", "No: our answer stays")],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label="Why, as the person will read it",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_WORDS,
        max_length=4000,
    )
