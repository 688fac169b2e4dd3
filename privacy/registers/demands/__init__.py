"""Legal demands: what an authority asks about a person, and what two people let out."""
