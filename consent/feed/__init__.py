"""The signed change feed: what people decided, for services that decide by themselves and catch up after downtime."""
