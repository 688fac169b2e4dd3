"""Scripts that leave with a package."""
