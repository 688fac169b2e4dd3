"""Consent in the legal console: events, one person's timeline, reports, and the export for an authority."""
