"""Forms of the desk and of campaigns: they check shape only."""

from django import forms

from consent.links import EVERYTHING
from consent.mailing.opting_out import topics
from consent.mailing.recording import WAYS


def topic_choices(*, with_all: bool) -> list[tuple[str, str]]:
    """The promotional topics, by the policy in force."""
    every = [(EVERYTHING, "All promotional mail")] if with_all else []
    return [*every, *((row.code, row.label) for row in topics())]


class OptOutForm(forms.Form):
    """What an agent types: whom, what, how and when."""

    value = forms.CharField(
        label="Email address or phone number",
        max_length=254,
        help_text="As the person gave it. A phone number begins with + and the country.",
    )
    purpose = forms.ChoiceField(label="What should end", widget=forms.RadioSelect, initial=EVERYTHING)
    way = forms.ChoiceField(label="How it reached us", widget=forms.RadioSelect, choices=list(WAYS.items()))
    received_on = forms.DateField(label="When it reached us", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # a form takes what Django gives it
        self.fields["purpose"].choices = topic_choices(with_all=True)  # type: ignore[attr-defined]  # a choice field


class CampaignForm(forms.Form):
    """One text for one topic."""

    purpose = forms.ChoiceField(label="Topic", help_text="Only people who allow this topic by email get it.")
    subject_line = forms.CharField(
        label="Subject", max_length=150, widget=forms.TextInput(attrs={"class": "wide-field"})
    )
    text = forms.CharField(
        label="Text",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Plain text. The ways to end it are added to every copy; addresses that begin with https:// are "
        "measured only for people who allow that.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # a form takes what Django gives it
        self.fields["purpose"].choices = topic_choices(with_all=False)  # type: ignore[attr-defined]  # a choice field
