"""A worker process keeps to its threads."""

from __future__ import annotations

import os

from chainrule.bench.race import processors
from chainrule.bench.worker import VARIABLES, WorkerProcess, limited


class Tells:
    """A runner that tells of its process."""

    def __init__(self, *_: object) -> None: ...

    def result(self):
        return [processors(), *(os.environ[name] for name in VARIABLES)]


def test_a_worker_keeps_to_its_threads_and_leaves_this_process_as_it_was(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    before = processors()
    worker = WorkerProcess(1)
    try:
        worker.build(Tells)
        worker.answer()
        worker.result()
        told = worker.answer()
    finally:
        worker.close()
    assert told[1:] == ["1"] * len(VARIABLES)
    assert told[0] in (1, before)
    assert processors() == before
    with limited(2):
        pass
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "NPROC" not in os.environ
