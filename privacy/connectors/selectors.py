"""Reads of the connected systems."""

from privacy.connectors.models import ConnectedSystem
from privacy.kernel.ready import Ready

CONNECTED = Ready(lambda: ConnectedSystem.objects.filter(state="connected"))
