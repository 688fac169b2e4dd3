"""The form of a day in a calendar: it checks shape; the rules are in the service."""

from django import forms

from dsr.timekeeping.vocabulary import DAY_WORDS
from privacy.kernel.deadlines.calendars import known_calendars


class DayForm(forms.Form):
    """One entry."""

    calendar = forms.ChoiceField(
        label="Calendar", choices=lambda: [(code, code) for code in known_calendars()], help_text="Such as DE or DE-BY."
    )
    on = forms.DateField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as YYYY-MM-DD."},
    )
    kind = forms.ChoiceField(
        label="What is it?",
        choices=[(kind.value, words) for kind, words in DAY_WORDS.items()],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label="Its name, or the decree",
        max_length=80,
        min_length=3,
        help_text="Such as “State funeral, decree of 3 May”. It is kept for good; name no person.",
    )
