"""The page on which a signed-in person sees what is held about them, and takes it along."""
