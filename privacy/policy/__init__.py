"""The published policy as data and its versions; the promise board."""
