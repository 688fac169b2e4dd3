"""Too young for us: asked neutrally, answered once, and nothing about the child is kept."""
