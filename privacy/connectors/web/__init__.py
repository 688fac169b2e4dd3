"""Outside systems that are asked over the web."""
