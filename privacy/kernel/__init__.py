"""Pure Python that every floor stands on: no models, no settings of an app."""
