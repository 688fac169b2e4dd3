"""The login history: every login with its address, its device and how it ended."""
