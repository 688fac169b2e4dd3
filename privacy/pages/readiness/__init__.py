"""Whether this installation is ready and well: `/healthz` for machines, `manage.py doctor` for people."""
