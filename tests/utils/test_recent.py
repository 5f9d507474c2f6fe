"""What was made lately: the newest are kept, and threads agree on one."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from chainrule.utils.recent import Recent


def test_what_was_not_asked_for_longest_goes_first() -> None:
    recent: Recent[str] = Recent(2)
    recent.keep("a", "first")
    recent.keep("b", "second")
    assert recent.get("a") == "first"
    recent.keep("c", "third")
    assert [recent.get(key) for key in "abc"] == ["first", None, "third"]
    assert len(recent) == 2


def test_the_first_of_two_threads_is_kept() -> None:
    recent: Recent[object] = Recent(2)
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: recent.keep("a", object()), range(200)))
    assert set(kept) == {recent.get("a")}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork")
def test_a_child_that_is_forked_meanwhile_goes_on() -> None:
    recent: Recent[int] = Recent(10)
    with ThreadPoolExecutor(2) as pool:
        busy = pool.submit(lambda: [recent.keep(i % 20, i) for i in range(200_000)])
        for _ in range(10):
            child = os.fork()
            if child == 0:
                recent.keep("child", 1)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        busy.result()
