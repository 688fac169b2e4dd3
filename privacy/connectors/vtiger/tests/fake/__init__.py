"""A CRM for tests and demonstrations that behaves as the real one is known to, its oddities included.

`python -m privacy.connectors.vtiger.tests.fake` starts it by hand.
"""
