"""The words of imports."""

from django.db.models import TextChoices


class ImportState(TextChoices):
    """Where an import stands."""

    CHECKING = "checking", "being read"
    CHECKED = "checked", "waits for approval"
    APPLYING = "applying", "being applied"
    APPLIED = "applied", "applied"
    FAULTY = "faulty", "cannot be read"
    DISCARDED = "discarded", "discarded"


class Kind(TextChoices):
    """What a line comes to."""

    LOWER = "lower", "lowers"
    REFUSED = "refused", "refused"
    ASK_AGAIN = "ask_again", "unknown person, to be asked again"
    DUPLICATE = "duplicate", "said before in this file"
    SAME = "same", "stands already"  # counted, not listed


REASONS = {
    "": "",
    "raises": "would raise permission: only the person can",
    "older_than_grant": "older than the permission that stands: it counts all the same, look twice",
    "unknown_purpose": "no purpose of the policy is called so",
    "unknown_word": "this word is neither a yes nor a no in the mapping",
    "bad_identifier": "not an address that can be",
    "too_few_cells": "the line has fewer cells than the header",
    "locked": "needed for the service: there is no switch",
    "no_channel": "the purpose does not use this channel",
    "twice": "the same as an earlier line",
    "denied_in_file": "another line says no",
    "not_given": "nobody knows this person here, and an import grants nothing",
}
