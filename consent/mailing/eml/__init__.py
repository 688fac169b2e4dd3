"""Reading a raw mail the way mailbox providers do: `manage.py check_eml`."""
