"""The receiver in docs/integrators.md works as it stands there."""

import re
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from accounts.models import User
from consent.tests.conftest import choose
from consent.tests.webhook_helpers import endpoint_for, look
from privacy.jobs.webhooks.models import WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[2] / "docs" / "integrators.md"


@pytest.fixture
def example() -> Iterator[dict[str, Any]]:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, Any] = {"__name__": "example"}
    exec(code[1], names)  # noqa: S102 - the page's own example is what is tested
    names["Hooks"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Hooks"])
    names["url"] = f"http://127.0.0.1:{server.server_port}/hooks"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield names
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_example_takes_what_is_signed_and_nothing_else(
    alice: User, example: dict[str, Any], settings: Any, demo_policy: Any
) -> None:
    settings.KEPT_WEBHOOK_LOOPBACK = True
    made = endpoint_for(example["url"], must_acknowledge=True)
    example["SECRET"], example["HASH_KEY"] = made.secret, made.hash_key
    hers = (example["hash_of"]("Alice@example.com"), "newsletter", "")
    choose(alice, "newsletter", allow=True)
    look()
    assert hers in example["newest"] and hers not in example["off"]
    choose(alice, "newsletter", allow=False)
    look()
    assert hers in example["off"]
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"accepted"}
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    forged = Request(example["url"], b"{}", headers, method="POST")  # noqa: S310 - http on this machine
    with pytest.raises(OSError, match="401"):
        urlopen(forged, timeout=5)  # noqa: S310 - as above
    example["SECRET"] = "whsec_" + "A" * 44
    choose(alice, "product_news", allow=False)
    look()
    assert WebhookDelivery.objects.get(about="product_news").last_outcome == "status_401"
    assert WebhookEndpoint.objects.get().failures == 0  # a refusal of one message is no outage
