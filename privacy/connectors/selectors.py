"""Reads of the connected systems."""

from privacy.connectors.models import ConnectedSystem, SystemState
from privacy.kernel.ready import Ready

CONNECTED = Ready(lambda: ConnectedSystem.objects.filter(state=SystemState.CONNECTED))
