"""Kept, a self-hosted privacy office."""
