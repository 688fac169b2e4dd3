"""Consent events, preferences and decisions."""
