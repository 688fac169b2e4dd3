"""What the doors that need several apps do with every poll."""

from privacy.jobs.periodic import with_every_poll
from privacy.pages.readiness.sharing import leave_mark

with_every_poll("mark", leave_mark)
