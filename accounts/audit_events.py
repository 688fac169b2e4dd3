"""Event types of accounts."""

from privacy.audit.registry import event_type

IDENTIFIER_ADDED = event_type(
    "accounts.identifier_added", label="Identifier noted", payload={"kind": str, "source": str}
)
SUBJECTS_MERGED = event_type("accounts.merged", label="Two subjects found to be one person")
SESSION_REVOKED = event_type("accounts.session_revoked", label="A person ended a session of theirs")
RENAMED = event_type("accounts.renamed", label="Name of the account changed")
KEY_MADE = event_type("accounts.api_key_made", label="A system was given a key", payload={"scopes": str})
KEY_REVOKED = event_type("accounts.api_key_revoked", label="A system's key was revoked")
ROLE_GIVEN = event_type("accounts.role_given", label="Role given to staff", payload={"role": str})
ROLE_TAKEN = event_type("accounts.role_taken", label="Role taken from staff", payload={"role": str})
KEY_ROTATED = event_type(
    "accounts.api_key_rotated", label="A system was given a new key for its old one", payload={"overlap_hours": int}
)
LOGINS_IMPORTED = event_type(
    "accounts.logins_imported",
    label="Login history of another system imported",
    payload={"source": str, "added": int, "ended": int},
)
