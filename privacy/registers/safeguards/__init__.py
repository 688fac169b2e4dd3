"""What protects data that is sent abroad, as documents: a copy is had on request (Articles 13(1)(f), 15(2), 46)."""
