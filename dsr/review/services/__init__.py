"""What can be done to a review; each module one concern."""
