"""What an erasure kept, with its ground and its end, and how it goes by itself when that end has come."""
