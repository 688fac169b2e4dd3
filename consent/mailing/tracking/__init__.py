"""Measured links and the picture of one point, each a purpose of its own, asked again at every hit."""
