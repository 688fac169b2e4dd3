"""Payment processors: what each lets us find, show, delete and revoke, and what it must keep by law."""
