"""Two at once at one draft: one is written whole, the other is told, and nothing is mixed."""

import threading
from typing import Any

import pytest
from django.db import connections

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import StaleState
from privacy.policy.drafting import review_draft, save_draft, start_draft
from privacy.policy.editing import find_entry, put_entry
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import current_version, document_of, today
from privacy.policy.services import load_policy
from privacy.policy.tests.files import DEMO
from privacy.policy.writing import as_plain
from privacy.testing.cast import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Any) -> tuple[list[Any], list[Exception]]:
    won: list[Any] = []
    lost: list[Exception] = []
    gate = threading.Barrier(len(acts))

    def run(act: Any) -> None:
        try:
            gate.wait(5)
            won.append(act())
        except Exception as error:
            lost.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return won, lost


@pytest.fixture
def draft() -> PolicyVersion:
    load_policy(text=DEMO, actor=OPERATOR, now=clock.now())
    day = today().replace(year=2031)
    return start_draft(effective_on=day, actor=Actor.staff(make_user("petra@kept.example").pk), now=clock.now())


def saved(draft: PolicyVersion, summary: str) -> Any:
    content = as_plain(document_of(draft))
    entry = {**(find_entry(content, "purposes", "newsletter") or {}), "summary": summary}
    changed = put_entry(content, "purposes", "newsletter", entry)
    return lambda: save_draft(version=draft, base=draft.digest, content=changed, actor=OPERATOR, now=clock.now())


def test_two_saves_at_once_write_one_of_them_whole(draft: PolicyVersion) -> None:
    won, lost = at_once(saved(draft, "Her words."), saved(draft, "His words."))
    assert len(won) == 1 and [type(each) for each in lost] == [StaleState]
    draft.refresh_from_db()
    written = draft.purpose_rows.get(code="newsletter").summary
    assert written in {"Her words.", "His words."} and written == won[0].purpose_rows.get(code="newsletter").summary
    assert draft.purpose_rows.count() == len(document_of(draft).purposes)
    assert next(each for each in document_of(draft).purposes if each.code == "newsletter").summary == written


def test_a_review_never_covers_words_that_were_saved_beside_it(draft: PolicyVersion) -> None:
    paul = Actor.staff(make_user("paul@kept.example").pk)
    review = lambda: review_draft(version=draft, digest=draft.digest, actor=paul, now=clock.now())  # noqa: E731 - an act
    at_once(saved(draft, "Words that nobody read."), review)
    draft.refresh_from_db()
    assert draft.reviewed_digest != draft.digest or document_of(draft) == document_of(current_version())
    assert not (draft.reviewed_digest and draft.purpose_rows.get(code="newsletter").summary.startswith("Words that"))
