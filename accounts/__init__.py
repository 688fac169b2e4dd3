"""People and logins: users, identifiers, sessions, login history, staff access."""
