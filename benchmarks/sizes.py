"""How much is measured: `FULL` with the largest, for hours; `QUICK` in half an hour; `TINY` to see that it runs."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """`rounds` are interleaved, and their median counts; the other figures are per round."""

    rounds: int
    people: int
    requests: int
    writes: int
    events: int
    rows: int
    whole: int
    with_servers: tuple[str, ...] = ("granian", "waitress")
    with_install: bool = False
    few_and_many: tuple[int, int] = (10_000, 200_000)  # events among which a decision is asked for
    requests_few_and_many: tuple[int, int] = (1_000, 100_000)  # subject requests in the console
    pages: int = 20  # how often each page is opened in a round
    rows_of_a_person: tuple[int, int] = (2_000, 40_000)
    few_and_many_together: tuple[int, int] = (20, 100)  # requests
    outside_tables: int = 300
    outside_rows: tuple[int, int] = (10_000, 100_000)  # of a person in a database of others


SIZES = {
    "FULL": Sizes(
        7,
        500,
        2000,
        200,
        2000,
        200_000,
        5,
        with_install=True,
        few_and_many=(10_000, 2_000_000),
        rows_of_a_person=(10_000, 1_000_000),
        outside_rows=(10_000, 1_000_000),
    ),
    "QUICK": Sizes(3, 200, 1200, 60, 500, 60_000, 3),
    "TINY": Sizes(
        1,
        5,
        120,  # the kernel counts CPU in hundredths of a second: fewer may come to nothing
        4,
        10,
        50,
        1,
        with_servers=("waitress",),
        few_and_many=(10, 100),
        requests_few_and_many=(20, 60),
        pages=3,
        rows_of_a_person=(20, 60),
        few_and_many_together=(2, 3),
        outside_tables=12,
        outside_rows=(20, 60),
    ),
}


def sizes() -> Sizes:
    """What this process was told to measure (variable KEPT_BENCH_SIZE)."""
    return SIZES[os.environ.get("KEPT_BENCH_SIZE", "FULL")]
