"""Two at once: one confirmation, one request, one person."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from accounts.models import Identifier
from dsr.models import HistoryRow, Letter, SubjectRequest
from dsr.services.intake import confirm_subject_request, open_subject_request
from dsr.services.links import DeadLink
from dsr.tests.doors import links, mails
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "carol@example.com"


def test_two_confirms_at_once_confirm_once() -> None:
    open_subject_request(rights=["erasure"], email=EMAIL, actor=ANONYMOUS, now=clock.now())
    token = links(mails()[0], "confirm")[0].split("/")[-2]
    won, lost = _at_once(lambda: confirm_subject_request(token=token, actor=ANONYMOUS, now=clock.now()))
    assert len(won) == 1 and [error.code for error in lost] == ["used"] and isinstance(lost[0], DeadLink)
    assert HistoryRow.objects.filter(kind="confirmed").count() == Letter.objects.count() == 1


def test_two_filings_at_once_make_one_request() -> None:
    won, lost = _at_once(lambda: open_subject_request(rights=["access"], email=EMAIL, actor=ANONYMOUS, now=clock.now()))
    assert len(won) == 2 and not lost and SubjectRequest.objects.count() == 1


def test_two_requests_of_a_new_address_confirmed_at_once_are_one_person() -> None:
    for right in ("access", "erasure"):
        open_subject_request(rights=[right], email=EMAIL, actor=ANONYMOUS, now=clock.now())
    tokens = [links(mail, "confirm")[0].split("/")[-2] for mail in mails()]
    won, lost = _at_once(lambda: confirm_subject_request(token=tokens.pop(), actor=ANONYMOUS, now=clock.now()))
    assert len(won) == 2 and not lost
    assert SubjectRequest.objects.values("subject").distinct().count() == Identifier.objects.count() == 1


def _at_once(act: Callable[[], Any]) -> tuple[list[Any], list[Any]]:
    won: list[Any] = []
    lost: list[Any] = []
    gate = threading.Barrier(2)

    def run() -> None:
        try:
            gate.wait(5)
            won.append(act())
        except Exception as error:
            lost.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return won, lost
