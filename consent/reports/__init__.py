"""How often people say yes and no: counted once, by the day, so that a report never counts two million rows."""
