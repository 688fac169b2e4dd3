"""Acts of intake: the only ways in which its rows change."""
