"""kill -9 of the one process while a receiver has a withdrawal in hand: it comes again, under the same id."""

import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from privacy.jobs.webhooks.tests.receiver import receiving
from privacy.testing.installation import Installation, free_port, wait_until

WITHDRAWN = """
from accounts.models import User
from consent.services import How, set_preference
from consent.vocabulary import Door
from consent.webhooks import TOPIC
from privacy.jobs.webhooks.services import Wishes, make_endpoint
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.pages.demo.installing import install_demo
install_demo(now=clock.now())
make_endpoint(label="crm", wishes=Wishes(url="{url}", topics=(TOPIC,)), actor=OPERATOR, now=clock.now(), is_demo=True)
dana = User.objects.get(email="dana.demo@example.com")
set_preference(subject_id=dana.subject_id, purpose_code="partner_offers", allow=False, how=How(Door.SIGNED_IN),
               actor=Actor.subject(dana.subject_id), now=clock.now())
"""
ACCEPTED = "SELECT count(*) FROM webhooks_webhookdelivery WHERE state = 'accepted'"


def test_killed_between_sending_and_recording_it_is_sent_again(tmp_path: Path) -> None:
    kept = Installation(
        tmp_path,
        KEPT_DEMO="1",
        KEPT_JOB_LEASE_SECONDS="1",
        KEPT_JOB_POLL_SECONDS="1",
        KEPT_WEBHOOK_TIMEOUT_SECONDS="3",
    )
    kept.command("migrate", "-v0")
    in_hand, let_go = threading.Event(), threading.Event()

    def hold(_handler: BaseHTTPRequestHandler) -> None:
        in_hand.set()
        let_go.wait(30)

    with receiving() as receiver:
        kept.script(WITHDRAWN.format(url=receiver.url))
        receiver.respond = hold
        with kept.running("serve", "--port", str(free_port())):
            assert in_hand.wait(60)
        let_go.set()
        receiver.respond = None
        assert kept.ask(ACCEPTED) == 0
        with kept.running("serve", "--port", str(free_port())):
            wait_until(lambda: kept.ask(ACCEPTED) == 1)
    ids = [call.headers["webhook-id"] for call in receiver.calls]
    assert len(ids) >= 2 and len(set(ids)) == 1
    assert len({call.body for call in receiver.calls}) == 1
    assert "The log is whole." in kept.command("verify_ledger")
