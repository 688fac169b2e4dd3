"""Outside systems that hold personal data, behind the handler contract."""
