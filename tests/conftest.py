"""What the tests share."""

from __future__ import annotations

import faulthandler
import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import settings

from thorough import ALL_CASES, examples, not_drawn

settings.register_profile("chainrule", examples(100))
settings.load_profile("chainrule")

SHARED = Path(__file__).parents[2] / "shared" / "data"

# Workers share the processors, so none takes more than one for its matrices: said before they start.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

LAST_WORDS = pytest.StashKey[Path]()  # a folder with a file for each worker


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each worker a file to say where it crashed: what goes to its stderr is lost above all other lines."""
    if LAST_WORDS not in node.config.stash:
        node.config.stash[LAST_WORDS] = Path(mkdtemp())
    node.workerinput["last_words"] = str(node.config.stash[LAST_WORDS] / node.gateway.id)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # started with &: the tests' own processes would not hear Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if path := getattr(config, "workerinput", {}).get("last_words"):
        faulthandler.enable(open(path, "w", encoding="utf-8"))  # noqa: SIM115
    elif getattr(config.option, "numprocesses", None):
        for name in THREADS:
            os.environ.setdefault(name, "1")
    config.addinivalue_line(
        "markers",
        "some(count): so many of these cases are taken in a run, by its seed; `make thorough` takes all",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that this run does not draw, unless one is asked for by its name."""
    asked = any("::" in word for word in config.args)
    left_out = set() if asked or ALL_CASES else not_drawn(items, config.getoption("randomly_seed", 0))
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What the tests' modules hold stays to the end: garbage is looked for among what comes after."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)  # seldom: it took a tenth of the time


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if (seed := config.getoption("randomly_seed", None)) is not None:
        terminalreporter.write_line(f"the order was random: --randomly-seed={seed} gives it again")
    if (folder := config.stash.get(LAST_WORDS, None)) is None:
        return
    for path in sorted(folder.iterdir()):
        if words := path.read_text(encoding="utf-8", errors="replace"):
            terminalreporter.section(f"where {path.name} crashed")
            terminalreporter.write(words)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder with MNIST's four files, gzipped, of CHAINRULE_DATA or beside the checkout."""
    roots = [Path(root) for root in (os.environ.get("CHAINRULE_DATA"), SHARED) if root]
    for folder in [place for root in roots for place in (root, root / "mnist")]:
        if (folder / "train-images-idx3-ubyte.gz").is_file():
            return folder
    pytest.skip(f"needs MNIST's four .gz files in {SHARED / 'mnist'} or in the folder CHAINRULE_DATA")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled code goes into a folder of the test run, which its workers share; never into the user's own."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAINRULE_CACHE", str(run / "code"))
        yield


@pytest.fixture(scope="module", autouse=True)
def _what_stays_is_old() -> Iterator[None]:
    """What a module's tests leave stays to the end, too: tests that collect garbage look through what is new alone."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_figure_stays() -> Iterator[None]:
    """What a test has pyplot draw is closed with it, so that the next one, of any room, begins with none."""
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")
