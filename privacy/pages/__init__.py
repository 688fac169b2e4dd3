"""Pages and commands that need several apps; no models."""
