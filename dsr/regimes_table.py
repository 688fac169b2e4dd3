"""The laws that Kept counts by, as a page: written from the profiles and the regions, so that it cannot differ."""

from collections.abc import Iterator

from dsr.periods import APPEAL, APPEAL_NOTICE, CLOCK_WORDS, SUB_CLOCKS
from dsr.regions import REGIONS
from privacy.kernel.deadlines.calendars import VERSION
from privacy.kernel.deadlines.counting import number_of
from privacy.kernel.deadlines.profiles import PROFILES, Profile, Rule

UNITS = {"month": "month", "day": "day", "business_day": "working day"}
ROLLS = {"none": "stays", "weekend": "next working day", "sunday": "next working day; a Saturday stays"}
IDENTITY = {"none": "nothing", "suspend": "pauses it", "restart": "starts it anew"}
FEES = {"none": "nothing", "restart": "starts it when paid", "reflection": "starts it after 10 days"}
HEAD = """# The laws that requests are counted by

Written by `manage.py regimes --write`; a test fails where it differs from what counts. This is no legal advice. Where
a law leaves room, the earlier day is taken; where two laws hold, that of the installation and that of where the person
lives, the earlier day of both. Beside every law stands the promise of the published policy.
"""


def regimes_page() -> str:
    """The page in Markdown."""
    return "\n".join([HEAD, *_laws(), *_sub_clocks(), *_places(), *_sources()])


def _laws() -> Iterator[str]:
    yield "## Time to answer\n"
    yield "| Law | Answer | Extended | A last day off | Asking who asks | Asking what is meant | A fee |"
    yield "|---|---|---|---|---|---|---|"
    for law in _sorted():
        rule = law.respond
        if rule is None:
            continue
        pauses = "pauses it" if rule.is_paused_by_clarification else "nothing"
        extended = number_of(rule.extended, UNITS[rule.unit]) if rule.extended else "none"
        yield (
            f"| `{law.version}` {law.law} | {_length(rule)} | {extended} | {ROLLS[rule.roll]} "
            f"| {IDENTITY[rule.identity]} | {pauses} | {FEES[rule.fee]} |"
        )
    yield ""


def _sub_clocks() -> Iterator[str]:
    yield "## Clocks beside the answer\n"
    yield "| Law | For | Clock | Time |"
    yield "|---|---|---|---|"
    for law in _sorted():
        for kind, rule in sorted(law.rules.items()):
            right, _, sub = kind.partition("/")
            if sub in SUB_CLOCKS or kind == APPEAL:
                words = CLOCK_WORDS[APPEAL_NOTICE if right == APPEAL and sub else sub or APPEAL]
                name = "every right" if right in {"*", APPEAL} else right.replace("_", " ")
                extended = f", extended {number_of(rule.extended, UNITS[rule.unit])}" if rule.extended else ""
                yield f"| `{law.code}` | {name} | {words} | {_length(rule)}{extended} |"
            elif not sub:
                yield f"| `{law.code}` | {right.replace('_', ' ')} | {CLOCK_WORDS['respond']} | {_length(rule)} |"
    yield ""


def _places() -> Iterator[str]:
    yield "## Where people live\n"
    yield f"Calendars of version {VERSION}; `NONE` moves no day. A request received earlier is counted by our own law."
    yield ""
    yield "| Place | Law | Calendar | Since |"
    yield "|---|---|---|---|"
    for region in REGIONS.values():
        if region.profile:
            yield f"| {region.name} (`{region.code}`) | `{region.profile}` | `{region.calendar}` | {region.since} |"
    without = [region.name for region in REGIONS.values() if not region.profile]
    yield ""
    yield f"No law of their own: {', '.join(without)}."
    yield ""


def _sources() -> Iterator[str]:
    yield "## Where the periods were read\n"
    by_link: dict[str, list[str]] = {}
    for law in _sorted():
        for link in law.sources:
            by_link.setdefault(link, []).append(law.code)
    for link, codes in by_link.items():
        yield f"* {', '.join(f'`{code}`' for code in codes)}: <{link}>"
    yield ""


def _sorted() -> list[Profile]:
    return sorted(PROFILES.values(), key=lambda law: law.code)


def _length(rule: Rule) -> str:
    return number_of(rule.number, UNITS[rule.unit])
