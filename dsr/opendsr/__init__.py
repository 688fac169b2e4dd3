"""OpenDSR 2.0, the side of the processor: business customers file what their people asked, and follow it."""
