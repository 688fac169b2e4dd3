"""The cases, each a process of its own over a scratch installation: `python -m benchmarks.cases.NAME`."""

import django

django.setup()
