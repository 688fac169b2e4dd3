"""Decisions that wait: for a second person, for the person's own word, and on appeal."""
