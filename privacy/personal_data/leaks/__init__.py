"""What must not leave with a package: other people's identifiers, secrets, card numbers, notes of staff."""
