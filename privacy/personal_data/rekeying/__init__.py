"""A new primary key: everything that an older one sealed is sealed anew."""
