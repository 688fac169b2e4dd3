"""Subjects, and the contract by which every app finds, exports, plans and erases."""
