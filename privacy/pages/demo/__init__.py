"""The demo: invented people who play the main story. It exists only while KEPT_DEMO is on."""
