"""Opt-outs that come by mail: what is clear is done at once, the rest waits for an agent."""
