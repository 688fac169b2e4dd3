"""A mailbox that is read: each message once, kept encrypted until somebody has dealt with it."""
