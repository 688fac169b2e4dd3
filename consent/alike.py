"""A hundred people at once: the rules are asked once for each way in which a decision can stand.

What comes out for somebody with one standing decision depends on how it stands, not on whose it is or since when.
"""

import datetime as dt
from functools import partial
from typing import Any

from consent.rules import Decision, Standing, Terms, beaten_by, concerns, decide, version_of

Ways = dict[tuple[Any, ...], Decision]  # of one list, asked at one moment
_made = partial(tuple.__new__, Decision)


def decide_alike(
    terms: Terms, one: Standing, *, channel: str, category: str, is_restricted: bool, now: dt.datetime, ways: Ways
) -> Decision:
    """`decide` for a person with this standing decision alone, in no region. `ways` begins empty."""
    ends, paused_until = one.expires_at, one.paused_until
    way = (
        terms.code,
        channel,
        category,
        is_restricted,
        one.channel,
        one.status,
        one.policy_on,
        one.pace,
        ends is None or ends > now,
        paused_until is not None and paused_until > now,
    )
    alike = ways.get(way)
    if alike is None:
        found = ways[way] = decide(
            terms, (one,), channel=channel, category=category, is_restricted=is_restricted, now=now
        )
        return found
    if alike.standing is None and not concerns(one, channel):
        return alike
    allowed, reason, basis, notice_version, _, _, _, trace, pace, standing, _ = alike
    version = version_of(terms, (one,), is_restricted=is_restricted, now=now)
    if standing is None:  # the rules had an answer before it
        return alike._replace(version=version)
    own = one.event_id, ends, version, trace, pace, one, None if allowed else beaten_by(one, (one,))
    return _made((allowed, reason, basis, notice_version, *own))
