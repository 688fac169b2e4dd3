"""The deadline engine: facts in, a date with its explanation out. Law is data here, in `profiles`."""

from privacy.kernel.deadlines.engine import Deadline, Event, Inputs, compute_deadline

__all__ = ["Deadline", "Event", "Inputs", "compute_deadline"]
