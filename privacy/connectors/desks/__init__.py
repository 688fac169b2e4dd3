"""Systems without an interface: people look, and answer for them."""
