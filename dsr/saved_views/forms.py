"""Forms of views: they check shape; the rules are in the services."""

from django import forms

from dsr.saved_views.rules import LONGEST_NAME


class ViewForm(forms.Form):
    """Name and audience of a view."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME, help_text="Name the list, never a person.")
    is_shared = forms.BooleanField(label="Show it to the team", required=False)

    def __init__(self, *args: object, may_share: bool, **kwargs: object) -> None:
        """`may_share`: without that right nobody is asked about the team."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        if not may_share:
            del self.fields["is_shared"]


class SaveForm(ViewForm):
    """Keep what the list shows now."""

    is_start = forms.BooleanField(label="Open the queue with it", required=False)
    query = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2_000)
