"""What checkpoints cost a training, by one command.

    python benchmarks/checkpoints.py [--seconds 15] [--folder FOLDER]

Of networks of several sizes: how long one checkpoint takes, of it the disk's part, and which part of a training all of
them take, as the trainings themselves count it (the sum of their writes over their seconds); and what is done once, at
the beginning: the samples' digest. The share is counted and not taken from two runs, since between two runs of the same
work a busy machine differs by more.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

import chainrule as cr
from chainrule.training.checkpoints import folder, keeper

SIZES = ([20, 32, 5], [784, 128, 10], [784, 1024, 1024, 10])


class Watch:
    """Seconds of each call of a method, or a function, while it is watched."""

    def __init__(self, owner: object, name: str) -> None:
        self.seconds: list[float] = []
        self._owner, self._name, self._call = owner, name, getattr(owner, name)

    def __enter__(self) -> Watch:
        def timed(*arguments: object) -> object:
            started = time.perf_counter()
            found = self._call(*arguments)
            self.seconds.append(time.perf_counter() - started)
            return found

        setattr(self._owner, self._name, timed)
        return self

    def __exit__(self, *_: object) -> None:
        setattr(self._owner, self._name, self._call)


def measured(sizes: list[int], seconds: float, place: Path) -> str:
    """A row of the table: a training of about so many seconds."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, sizes[0])).astype(np.float32)
    y = rng.integers(0, sizes[-1], len(X))
    net, optimizer = cr.Network(sizes, dtype="float32"), cr.Adam()
    how = {"batch_size": 100, "optimizer": optimizer, "engine": "compiled", "progress": False}
    net.fit(X, y, epochs=1, **how)
    each = net.fit(X, y, epochs=1, **how).seconds[0]
    epochs = max(2, round(seconds / each))
    with (
        Watch(keeper.Keeper, "_write") as writes,
        Watch(folder.Folder, "write") as disk,
        Watch(keeper, "identity") as digest,
    ):
        started = time.perf_counter()
        net.fit(X, y, epochs=epochs, checkpoint=place, **how)
        taken = time.perf_counter() - started
    size = max(path.stat().st_size for path in place.glob("step-*"))
    title, share = " → ".join(map(str, sizes)), sum(writes.seconds) / taken
    return (
        f"{title:22}  {size / 1e6:6.1f} MB  {1e3 * np.median(writes.seconds):7.1f} ms  "
        f"{1e3 * np.median(disk.seconds):7.1f} ms  {len(writes.seconds):4}  {taken:6.1f} s  {share:6.2%}  "
        f"{1e3 * digest.seconds[0]:6.1f} ms of {X.nbytes / 1e6:.0f} MB"
    )


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=15, help="of each training")
    parser.add_argument("--folder", help="where the checkpoints are written; else where temporary files are")
    options = parser.parse_args()
    print(
        f"one every {keeper.SECONDS:g} s, or {keeper.SHARE} times as long as one takes; {os.cpu_count()} processors"
    )
    print(
        f"{'network, Adam, float32':22}  {'a file':>9}  {'to write':>10}  {'of it disk':>10}  {'so many':>4} in "
        f"{'training':>8}  {'of it':>6}  digest of the samples, once"
    )
    for number, sizes in enumerate(SIZES):
        with tempfile.TemporaryDirectory(dir=options.folder) as place:
            print(measured(sizes, options.seconds, Path(place) / str(number)), flush=True)


if __name__ == "__main__":
    main()
