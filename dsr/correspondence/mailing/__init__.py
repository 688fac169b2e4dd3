"""Mail that comes in about requests: a new one opens a case, an answer lands in its thread, a bounce is noted."""
