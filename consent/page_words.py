"""The words of the preferences page, in the reader's language. Codes are turned into words here and nowhere else."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consent.rules import DEVICE
from consent.vocabulary import Door, Status
from privacy.intake.models.devices import Permission
from privacy.kernel.errors import DomainError
from privacy.policy.vocabulary import Basis, Channel, Group

Text = str | Promise
BASIS: Mapping[str, Text] = {
    Basis.CONSENT: _("Only with your consent. You can withdraw it at any time; what happened before stays lawful."),
    Basis.LEGITIMATE_INTEREST: _("We rely on a legitimate interest. You can object at any time."),
    Basis.CONTRACT: _("Needed to provide what you asked for, so it has no switch."),
    Basis.LEGAL_OBLIGATION: _("The law demands it, so it has no switch."),
    Basis.SOFT_OPT_IN: _(
        "You are a customer, and it is about similar products of ours. It is allowed only while we can show that you "
        "could decline when you gave your address. You can decline at any time."
    ),
}
GROUPS: Mapping[str, Text] = {
    Group.MESSAGES: _("Messages to you"),
    Group.MEASUREMENT: _("Measuring"),
    Group.PUBLICATION: _("Showing you in public"),
    Group.SHARING: _("Sharing with others"),
    Group.SERVICE: _("Needed for the service"),
}
CHANNELS: Mapping[str, Text] = {
    Channel.EMAIL: _("Email"),
    Channel.PHONE: _("Phone"),
    Channel.SMS: _("SMS"),
    Channel.MESSAGING: _("Messenger"),
    Channel.PUSH: _("Push message"),
    Channel.POST: _("Post"),
    Channel.WEB: _("On our sites"),
}
STATUSES: Mapping[str, Text] = {
    Status.GIVEN: _("allowed"),
    Status.REFUSED: _("declined"),
    Status.WITHDRAWN: _("withdrawn"),
    Status.OBJECTED: _("objected to"),
    Status.PERMITTED: _("objection lifted"),
    Status.REQUESTED: _("waiting for your confirmation"),
    Status.PROVEN: _("allowed as a customer"),
    Status.EXPIRED: _("run out"),
    Status.OVERRULED: _("objection overruled"),
    Status.PAUSED: _("paused"),
    Status.SLOWED: _("fewer messages"),
    Status.RESUMED: _("as often as before"),
}
DOORS: Mapping[str, Text] = {
    Door.SIGNED_IN: _("you, signed in"),
    Door.LINK: _("you, by a mailed link"),
    Door.ONE_CLICK: _("you, by the unsubscribe link of a mail"),
    Door.AGENT: _("an agent, on your word"),
    Door.SIGNAL: _("a signal of your browser"),
    Door.IMPORT: _("an import"),
    Door.BANNER: _("you, by the banner of a site"),
    Door.FORM: _("a form on a site"),
    Door.APP: _("you, in the app on a device"),
    Door.LEGAL: _("our legal staff"),
    Door.SYSTEM: _("Kept, by itself"),
}
SIGNALS: Mapping[str, Text] = {"gpc": _("Global Privacy Control"), "dnt": _("Do Not Track")}
PERMISSIONS: Mapping[str, Text] = {
    Permission.PUSH: _("Push messages"),
    Permission.LOCATION: _("Location"),
    Permission.CAMERA: _("Camera"),
    Permission.PHOTOS: _("Photos"),
    Permission.STORAGE: _("Storage"),
}
ERRORS: Mapping[str, Text] = {
    "choice": _("Choose one of the buttons."),
    "locked": _("This is needed for the service, so there is no switch for it."),
    "old_link": _("To allow this, sign in or ask for a new link: older links can only decline."),
    "not_allowed": _("To allow this, sign in or ask for a new link: older links can only decline."),
    "signal": _(
        "Your browser asks us to opt you out of this. To allow it anyway, answer under the signals of your browser."
    ),
    "other_text": _("The text has changed since you opened the page, or its language has. Read it, then decide."),
    "stale": _("This changed a moment ago. Look at it again, then decide."),
    "nothing_to_undo": _("There is nothing to undo: it was the same before."),
    "not_found": _("There is no such decision of yours."),
    "unknown_purpose": _("This purpose is not in the published policy."),
    "channel": _("This purpose does not use that channel."),
    "not_on": _("Only what is allowed can be paused or slowed down."),
    "identifier": _("Write an email address such as name@example.com."),
    "too_many": _("A link was mailed a moment ago. Please wait two minutes before asking again."),
}


def error_words(error: DomainError) -> Text:
    """What a refusal says to the reader: by its code, by its field, else as it stands."""
    return ERRORS.get(error.code) or ERRORS.get(error.field) or error.message


def channel_words(code: str) -> Text:
    """A channel in words; a code that the reader cannot know stays as it is."""
    return _("one device") if code.startswith(DEVICE) else CHANNELS.get(code, code)
