"""The schema of the door at which vendors call back: their signature is the key."""

from privacy.kernel.openapi import operation

operation("opendsr_callback", answers={202: {}})
