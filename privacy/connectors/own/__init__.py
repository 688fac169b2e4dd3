"""A company's own services: signed questions over HTTP, and desks of people for systems without an interface."""
