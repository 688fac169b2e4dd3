"""Data Rights Protocol 1.0: authorized agents of a closed network file for people, as for a covered business."""
