"""The sample shop: an invented outside system to try connectors on."""

from privacy.connectors.sample.shop import build_sample_shop

__all__ = ["build_sample_shop"]
