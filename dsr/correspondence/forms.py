"""Forms of the thread: they check shape only."""

from django import forms

from dsr.correspondence.vocabulary import MEDIUM_WORDS, Direction, Medium

SPOKEN = (Medium.PHONE, Medium.CHAT, Medium.POST, Medium.MAIL)
LONGEST = 20_000


class NoteForm(forms.Form):
    """What was said outside of Kept: a call, a chat, a letter by hand."""

    direction = forms.ChoiceField(
        label="Who said it?",
        choices=[(Direction.IN.value, "The person, to us"), (Direction.OUT.value, "We, to the person")],
        initial=Direction.IN.value,
        widget=forms.RadioSelect,
    )
    medium = forms.ChoiceField(
        label="By what?", choices=[(each.value, MEDIUM_WORDS[each].capitalize()) for each in SPOKEN]
    )
    said_on = forms.DateField(
        label="On which day?",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as YYYY-MM-DD."},
    )
    text = forms.CharField(
        label="What was said",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="The person can read this on their page. What only staff should know is a staff note.",
    )
    is_staff_note = forms.BooleanField(label="This is a note for staff, never shown to the person", required=False)
