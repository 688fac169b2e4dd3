"""Receipts: every decision expands, years later, to a full record of what was said, shown and promised then."""
