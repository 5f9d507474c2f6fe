"""A property that is computed once, and that a fork can't catch half way."""

from __future__ import annotations

import os
import threading

import pytest

from chainrule.utils.lazy import cached
from processes import ended


class Counting:
    """Counts how often its property is computed."""

    times = 0

    @cached
    def number(self) -> int:
        """A number."""
        self.times += 1
        return 41 + self.times


def test_it_is_computed_once_for_each_instance() -> None:
    one, other = Counting(), Counting()
    assert (one.number, one.number, one.times) == (42, 42, 1)
    assert (other.times, other.number) == (0, 42)
    assert vars(one)["number"] == 42
    del one.number  # as what is kept in the instance, it may be dropped
    assert one.number == 43
    assert Counting.number.__doc__ == "A number."


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_that_is_forked_meanwhile_computes_its_own() -> None:
    within, go_on = threading.Event(), threading.Event()

    class Slow:
        @cached
        def value(self) -> str:
            if threading.current_thread() is thread:
                within.set()
                assert go_on.wait(60)
            return "made"

    thread = threading.Thread(target=lambda: Slow().value)
    thread.start()
    try:
        assert within.wait(60)
        child = os.fork()
        if child == 0:
            os._exit(0 if Slow().value == "made" else 1)
        assert ended(child) == 0
    finally:
        go_on.set()
        thread.join()
