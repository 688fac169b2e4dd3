"""The doors of subject requests for systems."""
