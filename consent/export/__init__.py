"""The evidence of consent for an authority: a ZIP file that proves itself without Kept."""
