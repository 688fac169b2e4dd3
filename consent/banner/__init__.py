"""The question that sites put to their visitors: one script, a page without script, and a pseudonym."""
