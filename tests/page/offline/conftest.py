"""The offline file: written once for all tests of a run."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsers import Chromium, chromium

from chainrule.page import offline, packing, runtime
from chainrule.page.session import Session

TITLE = "A run <of> mine & yours"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> packing.Files:
    """The packed engine; of processes that test at once, one packs it."""
    if missing := runtime.missing():
        pytest.fail(f"the page's engine lacks {', '.join(file.name for file in missing)}: make page-runtime")
    with (runtime.folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return packing.packed()


@pytest.fixture(scope="session")
def saved(engine: packing.Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An offline file of the worked example."""
    path = tmp_path_factory.mktemp("offline") / "run.html"
    offline.save(path, replies=offline.record(Session()), title=TITLE)
    return path


@pytest.fixture(scope="module")
def chrome() -> Iterator[Callable[..., Chromium]]:
    """Opens pages in Chromium. No longer than a module: while it runs, no other test can have an event loop."""
    with chromium() as open_page:
        yield open_page


@pytest.fixture(scope="module")
def opened(saved: Path, chrome: Callable[..., Chromium]) -> Chromium:
    """The offline file in Chromium, its engine ready."""
    browser = chrome(saved.as_uri())
    assert browser.ready()[-1]["status"] == "ready"
    return browser
