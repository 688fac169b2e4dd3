"""Forms of the console pages of OpenDSR."""

from typing import Any

from django import forms

from dsr.opendsr.vocabulary import REASONS


class ControllerForm(forms.Form):
    """Where a customer is called back, and which systems are its own."""

    callback_domains = forms.CharField(
        label="Hosts that may be called back",
        help_text="One a line, such as privacy.acme.example. None: the customer asks how its requests stand.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    systems = forms.MultipleChoiceField(
        label="Systems that hold its people’s data, and nobody else’s",
        help_text="None: a person carries its requests out.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, systems: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["systems"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(systems.items())


class HandForm(forms.Form):
    """What somebody did by hand."""

    results_count = forms.IntegerField(label="How many records it was about", min_value=0)
    words = forms.CharField(
        label="What was done, and how the customer got what it asked for",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )


class BackForm(forms.Form):
    """Why it is sent back."""

    reason = forms.ChoiceField(label="Reason", choices=list(REASONS.items()))
    words = forms.CharField(
        label="For our own file", widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=4000
    )
