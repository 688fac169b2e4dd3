"""Decisions out of other tools: a file is read, every change is shown, and only what lowers is taken over."""
