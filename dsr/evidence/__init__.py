"""The evidence of one case: a ZIP file for an authority or a court that proves itself without Kept."""
