"""Events that leave signed for other systems (Standard Webhooks), and whether they arrived."""
