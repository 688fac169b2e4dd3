"""The words of our tables that people read on /my-data/ and /logins/: translated where they are shown, so they are
listed here for whoever translates.

The pages show columns and values of whatever tables there are: a word of ours that is in no catalog fails a test.
"""

from accounts.models import EndReason
from privacy.audit.registry import event_types
from privacy.pages.my_data.words import ACTORS, SINCE, plain_code, plain_column
from privacy.personal_data.contract import handlers
from privacy.personal_data.declaring import Declaration
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.models import PackageState

ERRORS = {
    "Give a day of birth in the past.",
    "There were several packages within a day. Ask for the next one tomorrow.",
    "This package was downloaded already or is no longer there. Ask for a new one.",
    "The file of this package cannot be read. Ask for a new one.",
}
CORRECTED = {"Name", "Phone number", "Organization", "City", "Street", "Country", "Postal code", "State"}

SIGN_IN = {  # of the forms of allauth, which speaks neither neutral Portuguese nor Hindi
    "Email address",
    "Password (again)",
    "Remember Me",
    "Forgot your password?",
    "Current Password",
    "New Password",
    "New Password (again)",
    "Authenticator code",
    "The email address and/or password you specified are not correct.",
    "You must type the same password each time.",
    "Please type your current password.",
}


def spoken_of_data() -> set[str]:
    """What stands on the pages whatever a person has."""
    found = {*SINCE.values(), *ACTORS.values(), *ERRORS, "yes", "no"}
    found |= {str(label) for choices in (EndReason, PackageState) for label in choices.labels}
    return found | CORRECTED | SIGN_IN | {"Another program"}


def spoken_of_tables() -> set[str]:
    """What our tables add: their names, their columns, their chosen values, why a row outlasts an erasure, and what
    the log says of each act."""
    found: set[str] = {each.label for each in event_types()}
    for handler in handlers.all():
        if isinstance(handler, ModelHandler):
            found |= _of(handler.declaration)
    return found


def _of(declared: Declaration) -> set[str]:
    found = {declared.label, declared.on_erase.note}
    for name, rule in declared.fields.items():
        if rule.is_exported:
            field = declared.model._meta.get_field(name)
            found |= {plain_column(name)}
            found |= {plain_code(str(label)) for _, label in getattr(field, "flatchoices", ())}
    return found - {""}
