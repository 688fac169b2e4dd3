"""What became of a notice, in the words of the W3C Data Privacy Vocabulary: pure."""

import datetime as dt

from privacy.policy.vocabulary import NoticeStatus


def notice_statuses(
    *,
    version_on: dt.date,
    in_force_on: dt.date | None,
    is_published: bool,
    stale_before: dt.date | None,
    is_replaced: bool,
) -> list[NoticeStatus]:
    """Of the notice of one version. `in_force_on` is the date of the version in force, `stale_before` what the
    purpose says there, `is_replaced` whether it has another text there."""
    if not is_published or in_force_on is None or version_on > in_force_on:
        return [NoticeStatus.UNUSED]
    found = [NoticeStatus.USED] if not is_replaced else [NoticeStatus.UPDATED]
    if stale_before is not None and version_on < stale_before:
        found.append(NoticeStatus.STALE)
    return found
