"""Acts of the registers."""
