"""Whether a server of ours answers."""

import socket

SECONDS = 2.0


def is_reachable(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return True
    except OSError:
        return False
