"""Log lines as JSON that name what happened and never whom: no request paths with tokens, no values.

Exceptions are logged by class and place. Their texts are left out, because a database error quotes
the row that it refused.
"""

import json
import logging
import traceback

from privacy.kernel import clock


class JsonFormatter(logging.Formatter):
    """One JSON object a line; `extra={"fields": {...}}` adds codes, ids and counts."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": clock.canonical(clock.now()),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        # Only our own loggers are trusted to have harmless texts; others contribute their template.
        line["event"] = record.getMessage() if record.name.startswith("kept") else str(record.msg)
        line.update(getattr(record, "fields", {}))
        if status := getattr(record, "status_code", None):  # of Django's request log: the view, never the path
            match = getattr(getattr(record, "request", None), "resolver_match", None)
            line.update(status=status, view=match.view_name if match else "")
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["at_code"] = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line)
