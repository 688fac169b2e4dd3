"""The one sealed log: registered event types, evidence rows, seals, checkpoints."""
