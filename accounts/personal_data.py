"""Declarations of accounts, and of the models that Django and allauth bring along."""

from privacy.personal_data.declaring import ANONYMIZE, DELETE, declare, exempt, secret, shown, technical

declare(
    "accounts.User",
    category="account",
    purpose="account_service",
    subject="subject",
    label="Account",
    on_erase=ANONYMIZE,
    fields={
        "id": technical("row id"),
        "password": secret("a hash, useless to the person", blank="!erased"),
        "last_login": shown(blank=None),
        "is_superuser": technical("rights"),
        "email": shown(blank=lambda key: f"erased-{key}@erased.invalid"),
        "name": shown(blank="", rectify_as="user.name"),
        "subject": technical("the person's id"),
        "is_staff": technical("rights"),
        "is_active": secret("whether sign-in is possible", blank=False),
        "is_demo": technical("demo mark"),
        "date_joined": shown(),
    },
)
declare(
    "accounts.Identifier",
    category="identification",
    purpose="account_service",
    subject="subject",
    label="Addresses and numbers we know you by",
    on_erase=DELETE,
    fields={
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "kind": shown(),
        "value": shown(),
        "index": technical("a keyed hash for searching"),
        "verified_at": shown(),
        "source": shown(),
        "created_at": shown(),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "account.EmailAddress",
    category="identification",
    purpose="account_service",
    subject="user__subject",
    label="Email addresses of the account",
    on_erase=DELETE,
    fields={
        "id": technical("row id"),
        "user": technical("the account"),
        "email": shown(),
        "verified": shown(),
        "primary": shown(),
    },
)
declare(
    "account.EmailConfirmation",
    category="identification",
    purpose="account_service",
    subject="email_address__user__subject",
    label="Open confirmations of an email address",
    on_erase=DELETE,
    fields={
        "id": technical("row id"),
        "email_address": technical("the address"),
        "created": shown(),
        "sent": shown(),
        "key": secret("a credential"),
    },
)
declare(
    "mfa.Authenticator",
    category="account",
    purpose="account_service",
    subject="user__subject",
    label="Second factors",
    on_erase=DELETE,
    fields={
        "id": technical("row id"),
        "user": technical("the account"),
        "type": shown(),
        "data": secret("a credential"),
        "created_at": shown(),
        "last_used_at": shown(),
    },
)
declare(
    "usersessions.UserSession",
    category="login_history",
    purpose="security_logs",
    subject="user__subject",
    label="Open sessions",
    on_erase=DELETE,
    fields={
        "id": technical("row id"),
        "user": technical("the account"),
        "created_at": shown(),
        "last_seen_at": shown(),
        "ip": shown(),
        "user_agent": shown(),
        "session_key": secret("a credential"),
        "data": technical("kept empty"),
    },
)
declare(
    "accounts.LoginEvent",
    category="login_history",
    purpose="security_logs",
    subject="subject",
    label="Login history",
    on_erase=DELETE,
    fields={
        "id": technical("row id"),
        "subject": technical("the person's id"),
        "ip": shown(),
        "agent": shown(),
        "logged_in_at": shown(),
        "expires_at": technical("when the session would end by itself"),
        "logged_out_at": shown(),
        "end_reason": shown(),
        "source": shown(),
        "is_demo": technical("demo mark"),
    },
)
declare(
    "admin.LogEntry",
    category="staff",
    purpose="security_logs",
    subject="user__subject",
    label="Console log of staff",
    on_erase=ANONYMIZE,
    fields={
        "id": technical("row id"),
        "action_time": shown(),
        "user": technical("the staff member"),
        "content_type": technical("kind of row"),
        "object_id": technical("row id"),
        "object_repr": secret("may name another person", blank=""),
        "action_flag": shown(),
        "change_message": secret("may name another person", blank=""),
    },
)
exempt("accounts.User_groups", "Which role a user has: two ids.")
exempt("accounts.User_user_permissions", "Which right a user has: two ids.")
exempt("accounts.FailedLogins", "A count for each hour; who tried is not kept.")
exempt("auth.Permission", "Names of rights.")
exempt("auth.Group", "Names of roles.")
exempt("auth.Group_permissions", "Rights of roles.")
exempt("contenttypes.ContentType", "Names of tables.")
exempt("sessions.Session", "Opaque; it ends with the session, and holds only the user's id.")
exempt("accounts.ApiKey", "A partner system, not a person.")
