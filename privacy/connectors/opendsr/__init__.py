"""OpenDSR 2.0, the side of the controller: vendors that process data for us are sent what people ask."""
