"""Subject requests from intake to receipt."""
