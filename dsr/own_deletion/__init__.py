"""A signed-in person deletes their own account: after seven days, by Kept alone, unless something speaks against it."""
