"""What visitors do on the sites, kept only of browsers that allowed it."""
