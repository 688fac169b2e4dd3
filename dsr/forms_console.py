"""Forms of the console: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from dsr.grounds import GROUNDS
from dsr.outcomes import BY_SYSTEMS, SHORTEST_WORDS, Decision, grounds_for, outcomes_for
from dsr.services.extending import REASONS, SHORTEST_REASON
from dsr.services.planning import IDENTITY_METHODS
from dsr.states import Right


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


class LiftingForm(forms.Form):
    """Why a restriction ends."""

    words = forms.CharField(
        label="Why it ends, as the person will read it",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_WORDS,
        max_length=4000,
    )


class AnswerForm(forms.Form):
    """The decision about one right. Which fields there are depends on the right."""

    outcome = forms.ChoiceField(label="What do we do?", widget=forms.RadioSelect)
    ground = forms.ChoiceField(
        label="Ground, where something is not done", widget=forms.RadioSelect, required=False, choices=[]
    )
    words = forms.CharField(
        label="In plain words, as the person will read it",
        help_text=f"At least {SHORTEST_WORDS} characters where something is not done, corrected or asked.",
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        max_length=4000,
    )

    def __init__(
        self, *args: Any, right: str, systems: dict[str, str], purposes: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`systems`: key → label of every outside system; `purposes`: (code, label) of every use that can end."""
        super().__init__(*args, **kwargs)
        self._choices("outcome", list(outcomes_for(right).items()))
        grounds = [(each.code, f"{each.article}: {each.sentence}") for each in grounds_for(right)]
        self._choices("ground", [("", "None is needed"), *grounds])
        if right == Right.QUESTION:
            del self.fields["ground"]
        self.systems = systems if right in BY_SYSTEMS else {}
        for key, label in self.systems.items():
            self.fields[f"system:{key}"] = forms.ChoiceField(
                label=f"{label}: what did you find and do there?",
                choices=[
                    ("", "Not looked at yet"),
                    ("done", "Done there"),
                    ("nothing_held", "Nothing held about the person"),
                    ("not_offered", "The system cannot do this"),
                ],
                required=False,
            )
        if right == Right.OBJECTION:
            self.fields["purposes"] = forms.MultipleChoiceField(
                label="Which uses end?", choices=purposes, widget=forms.CheckboxSelectMultiple, required=False
            )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def decision(self) -> Decision:
        """What was entered, once the form is valid."""
        values = self.cleaned_data
        return Decision(
            outcome=values["outcome"],
            words=values["words"],
            ground=values.get("ground", ""),
            systems={key: values[f"system:{key}"] for key in self.systems if values[f"system:{key}"]},
            purposes=tuple(values.get("purposes", ())),
        )
