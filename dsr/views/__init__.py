"""Doors of subject requests, for people and for agents."""
