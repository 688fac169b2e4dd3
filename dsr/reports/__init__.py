"""Figures of subject requests over a calendar year. They name nobody, and leave out the demo."""
