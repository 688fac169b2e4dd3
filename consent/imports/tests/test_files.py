"""Whatever way a table was saved, it is read or refused with a reason; memory does not grow with it."""

import codecs
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from consent.imports.files import Incoming, folder, rows, store
from consent.imports.models import ImportChange
from consent.imports.tests.helpers import listed, take
from privacy.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db

QUOTED = '"email","purpose","status","note"\r\n"zoë@bücher.example","newsletter","no","a ""b"",\r\nc"\r\n'
HUBSPOT = """Record ID,Email,Unsubscribed from all email,Opted out of email: Newsletter
1,a@example.com,true,
2,b@example.com,false,true
3,c@example.com,,
"""
ONETRUST = """Identifier,Purpose Name,Status,Last Transaction Date
a@example.com,Newsletter,WITHDRAWN,2024-05-01T10:00:00Z
b@example.com,Newsletter,ACTIVE,2024-05-01T10:00:00Z
c@example.com,Something else,WITHDRAWN,
"""
TABLE = "email,purpose,status\nzoë@bücher.example,newsletter,no\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("utf-16"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("utf-16"),
        TABLE.replace(",", "|").encode(),
        QUOTED.encode(),
        (" Email , PURPOSE ,Status\n" + TABLE.partition("\n")[2]).encode(),
    ],
    ids=["utf8", "bom", "utf16", "utf16be", "utf16le", "cp1252", "crlf", "semicolon", "tab16", "bar", "quotes", "case"],
)
def test_every_usual_way_of_saving_a_table_is_read(data: bytes) -> None:
    row = take(data)
    assert (row.state, row.lower, row.refused) == ("checked", 1, 0), row.fault


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("name,purpose,status\nx,newsletter,no\n", "no column for the person"),
        ("email,other\na@example.com,no\n", "no column that says yes or no"),
        ("secret.person@example.com,newsletter,no\n", "no column for the person"),
        ('email,purpose,status\na@example.com,"newsletter,no\n' + "x" * 200_000, "no table"),
        ("email,purpose,status\n" + "x" * 300_000 + "\n", "no table"),
    ],
)
def test_what_is_no_such_table_is_refused_whole_with_its_reason_and_names_nobody(text: str, part: str) -> None:
    row = take(text)
    assert row.state == "faulty" and part in row.fault and "secret" not in row.fault
    assert list(folder().glob("*")) == [] and row.lower == 0


def test_noise_is_no_table() -> None:
    row = take(bytes(range(256)) * 500)
    assert row.state == "faulty"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        take(b"")
    assert refused.value.field == "file" and list(folder().glob("*")) == []


def test_a_file_that_is_too_large_leaves_nothing(settings: Any) -> None:
    settings.KEPT_IMPORT_MAX_MB = 1
    with pytest.raises(InvalidInput):
        store(b"x" * 100_000 for _ in range(11))
    incoming = Incoming()
    incoming.write(b"x")
    incoming.drop()
    assert list(folder().glob("*")) == []


def test_a_million_lines_take_no_more_memory_than_a_few() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"email,purpose,status\n"
        for start in range(0, 1_000_000, 1000):
            yield b"".join(b"p%d@example.com,newsletter,no\n" % number for number in range(start, start + 1000))

    file = store(pieces())
    tracemalloc.start()
    count = sum(1 for _ in rows(file.name, file.key, file.encoding, is_header_of=["email"]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1_000_001
    assert peak < 4_000_000


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "hubspot",
            HUBSPOT,
            {2: "lower", 3: "lower"},
        ),
        (
            "hubspot",
            "Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report\na@example.com,TRUE,,\nb@example.com,,TRUE,\n",
            {3: "lower"},
        ),
        (
            "mautic",
            "id,email,firstname,doNotContact\n1,a@example.com,A,1\n2,b@example.com,B,0\n",
            {2: "lower"},
        ),
        (
            "onetrust",
            ONETRUST,
            {2: "lower", 3: "ask_again", 4: "refused"},
        ),
    ],
)
def test_the_shipped_mappings_read_what_the_tools_export(name: str, text: str, expected: dict[int, str]) -> None:
    row = take(text, name)
    assert row.state == "checked", row.fault
    assert {line: kind for line, _, kind, _ in listed(row)} == expected
    if name == "onetrust":
        assert ImportChange.objects.get(line=2).said_at is not None
