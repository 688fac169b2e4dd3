"""Forms of intake in the console: they check shape; the rules are in the services."""

from django import forms

from privacy.kernel.errors import InvalidInput
from privacy.kernel.identifiers import MAX_LENGTH, normalize
from privacy.policy.selectors import has_policy, sites

WIDE = {"class": "vTextField"}


def site_choices() -> list[tuple[str, str]]:
    """The sites of the policy in force."""
    return [(row.slug, row.label) for row in sites()] if has_policy() else []


class PublicationForm(forms.Form):
    """Somebody who is to be named in public, and is asked first."""

    email = forms.CharField(
        label="Their email address",
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs=WIDE),
        help_text="They are asked here.",
    )
    shown_name = forms.CharField(label="Name as it would be shown", max_length=160, widget=forms.TextInput(attrs=WIDE))
    site = forms.ChoiceField(label="Site", choices=site_choices)
    language = forms.ChoiceField(
        label="Language", choices=[(code, code) for code in ("en", "de", "fr", "es", "pt", "hi")]
    )

    def clean_email(self) -> str:
        try:
            return normalize("email", self.cleaned_data["email"])
        except InvalidInput as error:
            raise forms.ValidationError(error.message) from None


class TestimonialForm(PublicationForm):
    """With the words."""

    text = forms.CharField(
        label="Their words",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Exactly as they would stand in public. They permit these words, and no others.",
    )
    field_order = ("email", "text", "shown_name", "site", "language")


class PromotionForm(forms.Form):
    """A promotion; nothing of it changes later."""

    code = forms.SlugField(label="Code", max_length=40, help_text="Small letters, digits and hyphens.")
    label = forms.CharField(label="Name", max_length=120, widget=forms.TextInput(attrs=WIDE))
    terms = forms.CharField(
        label="What people read before they enter", max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
    site = forms.ChoiceField(label="Site", choices=site_choices)
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
