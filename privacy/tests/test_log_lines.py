"""A log line names what happened and never whom."""

import json
import logging
import sys

import pytest
from django.test import Client

from privacy.logging_format import JsonFormatter


@pytest.mark.django_db
def test_a_refused_request_names_its_view_and_not_its_path(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="django.request"):
        Client().get("/requests/confirm/a-secret-token-of-somebody/")
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name == "django.request"]
    assert lines
    line = json.loads(lines[0])
    assert (line["view"], line["status"]) == ("request_confirm", 404)
    assert "secret-token" not in lines[0]


def test_an_exception_is_named_by_class_and_place_only() -> None:
    try:
        raise ValueError("alice@example.com")
    except ValueError:
        record = logging.getLogger("kept.test").makeRecord(
            "kept.test", logging.ERROR, __file__, 1, "it stopped", (), sys.exc_info()
        )
    text = JsonFormatter().format(record)
    assert "ValueError" in text
    assert "alice" not in text
