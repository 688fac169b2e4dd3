"""Walk the doors of intake as a person does: file, read the mail, follow its link."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DataError, connection
from django.test import Client

from dsr.correspondence.models import Filing
from dsr.models import SubjectRequest
from dsr.services.filings import open_filing
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock


def file(client: Client, email: str = "carol@example.com", *rights: str, **more: Any) -> Any:
    """Send the public form, and have what came opened, as the worker does at once."""
    answer = send(client, email, *rights, **more)
    open_filings()
    return answer


def send(client: Client, email: str, *rights: str, **more: Any) -> Any:
    """The public form, and nothing after it."""
    return client.post("/requests/new/", {"rights": rights or ["erasure"], "email": email, **more})


def open_filings() -> None:
    """Open the cases of what was filed from afar; no other work is done."""
    for filing in Filing.objects.filter(subject_request=None).order_by("at"):
        open_filing(filing_id=filing.pk, now=clock.now())


def mails() -> list[CapturedMail]:
    """Every mail so far, the oldest first."""
    run_until_empty()
    return list(CapturedMail.objects.order_by("created_at"))


def links(mail: CapturedMail, kind: str) -> list[str]:
    """The paths of a mail's links of one kind."""
    return [path for path in re.findall(r"https?://[^/\s]+(/\S*)", mail.text) if f"/{kind}/" in path]


def filed_and_confirmed(client: Client, email: str = "carol@example.com") -> tuple[SubjectRequest, str]:
    """A request that went the whole way of the form, and the path of its status page."""
    file(client, email)
    answer = client.post(links(mails()[-1], "confirm")[0])
    return SubjectRequest.objects.latest("filed_at"), answer.headers["Location"]


def plain(answer: Any) -> bytes:
    """A page without what differs by design: the token, and the address that the choice of language returns to."""
    return re.sub(rb'name="(?:csrfmiddlewaretoken|next)" value="[^"]+"', b"", answer.content)


@contextmanager
def full(table: str) -> Iterator[None]:
    """The database takes no row into this table, as where its disk is full."""

    def refuse(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's wrapper
        if f'INSERT INTO "{table}"' in sql:
            raise DataError("The disk is full.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield
