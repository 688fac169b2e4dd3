"""Grants for one thing within a purpose: this testimonial, this recipient, this promotion."""
