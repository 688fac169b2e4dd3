"""No card number and no social security number is ever kept, wherever somebody types it."""

import pytest

from privacy.intake.models import CollectedValue, IntakeCount
from privacy.intake.tests.conftest import Post, collection
from privacy.kernel.card_numbers import CARD_MASK, SSN_MASK, mask_numbers

pytestmark = pytest.mark.django_db


@pytest.mark.promise(13)
def test_numbers_in_a_report_are_masked_and_counted(post: Post) -> None:
    text = "My card 4111 1111 1111 1111 does not work; SSN 123-45-6789"
    values = [{"name": "question", "category": "support", "value": text}]
    answer = post("/api/v1/collections", collection(touchpoint="info_request", values=values))
    assert answer["masked"] == 2
    assert CollectedValue.objects.get().value == f"My card {CARD_MASK} does not work; SSN {SSN_MASK}"
    assert IntakeCount.objects.get(what="number_masked").count == 2


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111-1111-1111-1111",
        "5555 5555 5555 4444",
        "378282246310005",
        "6011111111111117",
        "3530111333300000",
        "2223003122003222",
        "\uff14111111111111111",
    ],
)
def test_card_numbers_are_found(number: str) -> None:
    assert mask_numbers(f"Pay with {number}, please.") == (f"Pay with {CARD_MASK}, please.", 1)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # its check digit is wrong
        "+4915112345678",
        "Order 2026-11-25 100000000000",
        "ISBN 978-3-16-148410-0",
        "000-12-3456 and 666-12-3456",
        "a4111111111111111b",
        "1" * 10_000,
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_numbers(text) == (text, 0)
