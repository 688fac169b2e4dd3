"""Data that a business customer put here: the request goes to it, and nobody hears whether it exists."""
