"""Many people with decisions, by plain SQL: `python -m benchmarks.cases.filling EVENTS`, over a scratch database.

Each person has an identifier that nobody can know, one preference and ten events. Hashes are not real: nobody verifies
this ledger.
"""

import sys

from django.db import connection

EVENTS_EACH = 10
UUIDS = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
SERIES = {
    "postgresql": "generate_series(1, {n}) AS s(n)",
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {n}) SELECT n FROM c) AS s",
}
PEOPLE = "INSERT INTO personal_data_subject (id, created_at, is_demo) SELECT {uuid}, '2026-05-01', {no} FROM {series}"
IDENTIFIERS = """
INSERT INTO accounts_identifier (id, subject_id, kind, value, "index", source, created_at, is_demo)
SELECT {uuid}, id, 'email', '', 'k1:' || {uuid}, 'bench', created_at, is_demo
FROM personal_data_subject WHERE created_at = '2026-05-01'"""
PREFERENCES = """
INSERT INTO consent_preference (id, subject_id, purpose, channel, status, version, event_id, changed_at, pace, door,
  source)
SELECT {uuid}, id, 'click_tracking', '', 'given', 1, {uuid}, created_at, '', 'signed_in', ''
FROM personal_data_subject WHERE created_at = '2026-05-01'"""
EVENTS = """
INSERT INTO consent_consentevent (id, at, is_demo, row_hash, subject_id, purpose, channel, status, previous, door,
  actor_kind, notice_digest, notice_language, site, region, source_kind, source_id, token_id)
SELECT {uuid}, p.created_at, p.is_demo, '', p.id, 'click_tracking', '', 'given', '', 'signed_in',
  'subject', '', 'en', '', '', '', '', '' FROM personal_data_subject p, {series} WHERE p.created_at = '2026-05-01'"""


def fill(events: int) -> None:
    """So many events, and as many people as they need."""
    words = {"uuid": UUIDS[connection.vendor], "no": "FALSE" if connection.vendor == "postgresql" else "0"}
    series = SERIES[connection.vendor]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")  # millions of rows take longer than any page may
        cursor.execute(PEOPLE.format(series=series.format(n=max(1, events // EVENTS_EACH)), **words))
        cursor.execute(IDENTIFIERS.format(**words))
        cursor.execute(PREFERENCES.format(**words))
        cursor.execute(EVENTS.format(series=series.format(n=EVENTS_EACH), **words))
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    fill(int(sys.argv[1]))
