"""The first few due dates of each day of a month, found without reading the rest."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from dsr.models import Clock

DAY, LISTED = {  # how each database says that a text is a day, and puts keys into one text
    "postgresql": ("CAST(%s AS date)", "string_agg(CAST(found.item AS text), ',')"),
    "sqlite": ("%s", "group_concat(found.item)"),
}[connection.vendor]


def first_items(rows: "QuerySet[Clock]", days: Sequence[dt.date], most: int) -> dict[dt.date, list[uuid.UUID]]:
    """Of each day the keys of the first `most` rights that have one of these clocks on it.

    One statement, which looks into the index (clocks_that_wait) once for each day and stops there when it has enough:
    what a day costs does not grow with what stands on it.
    """
    of_day = rows.filter(safe_on=RawSQL("days.safe_on", [])).order_by("item").values("item").distinct()[:most]
    found, values = of_day.query.sql_with_params()
    wanted = " UNION ALL ".join([f"SELECT CAST(%s AS integer), {DAY}"] * len(days))
    each_day = f"SELECT days.place, (SELECT {LISTED} FROM ({found}) AS found) FROM days"  # noqa: S608 - no word of it is given
    given = [each for place, day in enumerate(days) for each in (place, day.isoformat())]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH days(place, safe_on) AS ({wanted}) {each_day}", [*given, *values])
        return {days[place]: [uuid.UUID(key) for key in keys.split(",")] for place, keys in cursor.fetchall() if keys}
