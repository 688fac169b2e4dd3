"""What was said about a case: every message in and out, by whichever medium, with what came along."""
