"""Durable jobs, periodic jobs and the outbox; Celery only wakes them."""
