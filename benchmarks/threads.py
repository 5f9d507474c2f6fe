"""Eight threads ask one network at once, small and large X mixed, while a network trains: is every answer its caller's?

    python benchmarks/threads.py [--minutes 10] [--single]

Each round takes an engine, one or two worker threads, and what trains meanwhile: nothing, another network, or the
same one (at a rate of 0, so that its weights are written all the time, and stay). Every answer is compared, bit for
bit, with the one that a single caller got. A call that does not come back within a minute counts as a hang and ends
the run. `--single` measures what a prediction costs a single caller instead.
"""

from __future__ import annotations

import argparse
import faulthandler
import itertools
import sys
import threading
import time
from collections import Counter

import numpy as np

import chainrule as cr

CALLERS = 8
ROWS = (1, 16, 17, 300, 2, 1500, 5, 6000)
HANG = 60  # seconds


def ask_at_once(
    net: cr.Network, engine: str, threads: int | None, seconds: float, told: Counter[str]
) -> None:
    """All callers ask for some seconds; wrong answers and errors are counted."""
    rng = np.random.default_rng(0)
    samples = [rng.standard_normal((rows, net.inputs)) for rows in ROWS]
    right = [net.predict(X, engine=engine, threads=threads).tobytes() for X in samples]
    until = time.perf_counter() + seconds

    def ask(own: int) -> None:
        calls = wrong = 0
        while time.perf_counter() < until:
            # mostly one's own samples, now and then another caller's
            which = own if calls % 8 else (own + calls // 8) % CALLERS
            wrong += net.predict(samples[which], engine=engine, threads=threads).tobytes() != right[which]
            calls += 1
        told.update(calls=calls, wrong=wrong)

    threads_ = [threading.Thread(target=ask, args=(own,)) for own in range(CALLERS)]
    for thread in threads_:
        thread.start()
    for thread in threads_:
        thread.join(seconds + HANG)
        if thread.is_alive():
            faulthandler.dump_traceback()
            sys.exit(f"a call of engine={engine}, threads={threads} hangs; so far {dict(told)}")


def stress(minutes: float) -> None:
    """Rounds of four seconds until the time is over."""
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((2000, 20)), rng.integers(0, 5, 2000)
    told: Counter[str] = Counter()
    ways = itertools.cycle(
        itertools.product(
            (("compiled", 1), ("compiled", 2), ("numpy", None)), ("nothing", "another", "the same")
        )
    )
    until = time.perf_counter() + 60 * minutes
    sys.setswitchinterval(1e-4)
    while time.perf_counter() < until:
        (engine, threads), trains = next(ways)
        net, ended = cr.Network([20, 64, 5]), threading.Event()
        trained = net if trains == "the same" else cr.Network([20, 64, 5], seed=1)
        optimizer = cr.SGD(0.0) if trains == "the same" else cr.Adam()

        def train(trained=trained, optimizer=optimizer, ended=ended, engine=engine, threads=threads) -> None:
            while not ended.is_set():
                trained.fit(
                    X, y, batch_size=100, optimizer=optimizer, engine=engine, threads=threads, progress=False
                )
                told["epochs"] += 1

        trainer = threading.Thread(target=train)
        if trains != "nothing":
            trainer.start()
        ask_at_once(net, engine, threads, 4, told)
        ended.set()
        if trains != "nothing":
            trainer.join(HANG)
            if trainer.is_alive():
                faulthandler.dump_traceback()
                sys.exit(f"a training hangs; so far {dict(told)}")
        told["rounds"] += 1
    print(
        f"{told['calls']:,} calls in {told['rounds']} rounds beside {told['epochs']:,} epochs: {told['wrong']} wrong"
    )
    sys.exit(told["wrong"] > 0)


def single(rounds: int = 40, calls: int = 2000) -> None:
    """What a prediction costs, from the best of many rounds."""
    net = cr.Network([20, 64, 5])
    rng = np.random.default_rng(0)
    for rows in (1, 16, 17, 300):
        X = rng.standard_normal((rows, 20))
        net.predict(X, engine="compiled", threads=1)
        best = np.inf
        for _ in range(rounds):
            started = time.perf_counter()
            for _ in range(calls):
                net.predict(X, engine="compiled", threads=1)
            best = min(best, (time.perf_counter() - started) / calls)
        print(f"{rows:>5} rows  {best * 1e6:8.2f} µs")


def main() -> None:
    """Stress or measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--single", action="store_true")
    options = parser.parse_args()
    if options.single:
        single()
    else:
        stress(options.minutes)


if __name__ == "__main__":
    main()
