"""Letters to the person: put together from blocks by law, right, outcome and language, and read by a lint before
they leave. Nothing here asks the database; `dsr.services.letters` collects the facts."""
