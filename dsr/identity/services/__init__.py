"""Acts of identity: each raises a level, asks for what is missing, or gives a verdict."""
