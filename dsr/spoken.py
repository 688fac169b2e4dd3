"""The words of our tables that people read: translated where they are shown, so they are listed here for whoever
translates. A word that is in no list and shown all the same is shown in English."""

from collections.abc import Mapping
from typing import Any

from dsr import history_words, mails, progress, status_page
from dsr.grounds import GROUNDS
from dsr.letters import answer_blocks
from dsr.letters.authorities import register
from dsr.outcomes import OUTCOMES, outcomes_for
from dsr.regions import OWN_WORDS
from dsr.rights import RIGHTS
from dsr.services.extending import REASONS


def spoken_on_pages() -> set[str]:
    """What stands on the requester's pages."""
    tables: list[Mapping[Any, str]] = [
        status_page.STATES,
        status_page.OUTCOMES,
        status_page.CHANNELS,
        history_words.HAPPENED,
        history_words.RECIPIENT_TOLD,
        status_page.TOLD,
    ]
    tables += [status_page.LETTERS, status_page.TITLES, progress.WHERE, progress.WHO, progress.ENDS, progress.STEPS]
    found = {text for table in tables for text in table.values()}
    found |= OWN_WORDS | {progress.ON_YOU, progress.ALONE, status_page.TELLING, "by another way", "A letter"}
    found |= {row.name for rows in register().rows.values() for row in rows if row.is_list}
    return found | {text for row in RIGHTS.values() for text in (row.label, row.help)}


def spoken_in_letters() -> set[str]:
    """What stands in letters and their mails."""
    found = {ground.sentence for ground in GROUNDS.values()}
    found |= {text for right in RIGHTS for text in outcomes_for(right).values()} | set(OUTCOMES.values())
    return (
        found
        | set(REASONS.values())
        | set(mails.SUBJECTS.values())
        | {mails.ANSWER, "Our own records"}
        | {
            *answer_blocks.WAYS.values(),
            *answer_blocks.CODES.values(),
        }
    )
