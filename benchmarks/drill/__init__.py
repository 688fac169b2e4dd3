"""Kill the workers at random while requests run, then count what was lost, doubled, stuck or unrecorded."""
