"""Packages that leave by mail or post, for a person who cannot or will not sign in."""
