"""What a real clamd says is understood, whichever way it is reached and whatever its limits are."""

import random

import pytest

from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering import Kind, check_upload
from privacy.kernel.rendering.checking import EICAR, MOST_BYTES
from privacy.kernel.rendering.tests.files import pdf, picture
from privacy.kernel.tests.clamd import ClamServer, clam_server, infected_pdf, infected_picture
from privacy.kernel.virus_scan import scan

__all__ = ["clam_server"]
MB = 1 << 20


def refusal(data: bytes, address: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        scan(data, address=address)
    assert caught.value.field == "file"
    return caught.value.message


@pytest.mark.parametrize("way", ["tcp", "unix"])
def test_clean_files_pass_and_what_it_finds_is_refused(clam_server: ClamServer, way: str) -> None:
    address = getattr(clam_server, way)
    largest = random.Random(1).randbytes(MOST_BYTES)
    for clean in (pdf("Hello"), picture("PNG"), picture("TIFF"), b"Hello", largest):
        assert scan(clean, address=address) == "clean"
    for hostile in (EICAR + b"$H+H*", infected_pdf(), infected_picture(), largest[len(EICAR) :] + EICAR):
        assert "found something" in refusal(hostile, address)


def test_only_the_scanner_sees_what_is_packed() -> None:
    assert check_upload(infected_pdf(), name="bill.pdf") is Kind.PDF
    assert check_upload(infected_picture(), name="photo.jpg") is Kind.JPEG


@pytest.mark.parametrize("way", ["tcp", "unix"])
@pytest.mark.parametrize("over", [1, MB, 19 * MB])
def test_more_than_it_takes_is_said_so_though_it_hangs_up_while_we_send(
    clam_server: ClamServer, way: str, over: int
) -> None:
    clam_server.stop()
    clam_server.start("StreamMaxLength 1M")
    address = getattr(clam_server, way)
    for _ in range(10):  # it is a race between its answer and our next piece
        assert "more than the virus scanner can look at" in refusal(b"x" * (MB + over), address)
    assert scan(b"x" * MB, address=address) == "clean"


def test_more_than_it_looks_at_is_said_so_where_it_tells(clam_server: ClamServer) -> None:
    clam_server.stop()
    clam_server.start("MaxFileSize 1M", "AlertExceedsMax yes")
    assert "more than the virus scanner can look at" in refusal(b"x" * 2 * MB, clam_server.tcp)
    assert scan(b"x" * MB, address=clam_server.tcp) == "clean"


@pytest.mark.parametrize("way", ["tcp", "unix"])
def test_a_scanner_that_is_stopped_lets_nothing_in_until_it_is_back(clam_server: ClamServer, way: str) -> None:
    address = getattr(clam_server, way)
    clam_server.stop()
    assert "could not be checked" in refusal(pdf("Hello"), address)
    clam_server.start()
    assert scan(pdf("Hello"), address=address) == "clean"
