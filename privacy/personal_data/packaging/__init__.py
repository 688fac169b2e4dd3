"""What a package of a person's data is made of: tables, the archive, schemas, and the facts that go with them."""
