"""Retention rules, legal holds, disposal runs and their receipts."""
