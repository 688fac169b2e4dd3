"""The drill takes part in every right, and in each kind of wish at least once."""

import random

from benchmarks.drill.scene import ANSWERED, AT_ONCE, BY_PACKAGE, MIX, kinds
from dsr import outcomes
from dsr.states import Right


def test_the_drill_asks_for_every_right() -> None:
    assert {*ANSWERED.values(), "erasure"} == set(Right)
    assert ANSWERED.keys() <= MIX.keys()


def test_the_drill_knows_what_is_done_at_once_and_what_comes_as_a_package() -> None:
    assert {ANSWERED[kind] for kind in AT_ONCE} == outcomes.AT_ONCE
    assert {ANSWERED[kind] for kind in BY_PACKAGE} == outcomes.BY_PACKAGE


def test_the_smallest_drill_has_each_kind_of_wish() -> None:
    assert set(kinds(1, random.Random(1))) == set(MIX)
