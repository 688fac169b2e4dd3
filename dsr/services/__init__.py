"""What can be done to a subject request, by concern. Each function is one act."""
