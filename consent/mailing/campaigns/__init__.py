"""One text to everybody who allows one topic: written, counted, sent once to each person."""
