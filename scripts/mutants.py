"""Change the package in small ways, one at a time, and see whether the tests notice.

    python scripts/mutants.py [--mutants 200|all] [--seed 0] [--workers 1]

mutmut's operators make the mutants of four rooms. A sample is drawn from them, each room's share by its number of
mutants, and each mutant meets the tests that run its lines. What is equivalent to the package as it is stands in
scripts/mutation/equivalent.toml, with the reason. Survivors and a table are printed.
"""

from __future__ import annotations

import argparse
import collections
import random
import tempfile
import tomllib
from pathlib import Path

from mutation.changes import ROOMS, Mutant, all_mutants, difference
from mutation.coverage_map import known
from mutation.running import ROOT
from mutation.trials import Imported, verdicts
from scipy.stats import binomtest

EQUIVALENT = ROOT / "scripts" / "mutation" / "equivalent.toml"
GOAL = 0.9


def drawn(mutants: dict[str, list[Mutant]], count: int | None, seed: int) -> list[Mutant]:
    """A sample without repetition: each room's share is that of its mutants, at least one."""
    whole = sum(map(len, mutants.values()))
    sample: list[Mutant] = []
    for room, found in mutants.items():
        share = len(found) if count is None else min(len(found), max(1, round(count * len(found) / whole)))
        sample += random.Random(f"{seed} {room}").sample(found, share)
    return sample


def row(name: str, whole: int, verdicts: list[str]) -> str:
    """A line of the table."""
    count = collections.Counter(verdicts)
    judged = count["killed"] + count["survived"]
    if not judged:
        return f"{name:12}{whole:9,}{len(verdicts):9,}{count['equivalent']:12,}"
    low, high = binomtest(count["killed"], judged).proportion_ci(0.95, method="wilson")
    return (
        f"{name:12}{whole:9,}{len(verdicts):9,}{count['equivalent']:12,}{count['killed']:8,}{count['survived']:10,}"
        f"{count['killed'] / judged:>9.1%}   {low:.1%} to {high:.1%}"
    )


def listed() -> list[dict[str, str]]:
    """Mutants that are the package as it is: the file, the lines that go, those that come, and why."""
    found: list[dict[str, str]] = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    return found


def main() -> None:
    """Draw, try, tell."""
    parser = argparse.ArgumentParser(description="Do the tests notice small changes to the package?")
    parser.add_argument("--mutants", default="200", help="how many are drawn, or all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    mutants = all_mutants()
    sample = drawn(mutants, None if given.mutants == "all" else int(given.mutants), given.seed)
    same = {(entry["file"], entry["minus"], entry["plus"]) for entry in listed()}
    found = known()
    judged: dict[str, list[str]] = {room: [] for room in ROOMS}
    noticing: set[str] = set()
    tried = [mutant for mutant in sample if (mutant.path, *difference(mutant)) not in same]
    for mutant in set(sample) - set(tried):
        judged[mutant.room].append("equivalent")
    for mutant, test in verdicts(tried, found, given.workers):
        judged[mutant.room].append("survived" if test is None else "killed")
        if test is None:
            minus, plus = difference(mutant)
            print(f"{mutant.path}:{mutant.lines[0]}\n  - {minus}\n  + {plus}", flush=True)
        else:
            noticing.add(test)
    with tempfile.TemporaryDirectory() as folder:
        sound = Imported(found, Path(folder)).failing(sorted(noticing & set(found.cost)))
    if sound:
        raise SystemExit(f"{sound} fails on the package as it is, so what it noticed says nothing")
    print("room          mutants    tried  equivalent  killed  survived     rate   95 %")
    for room in ROOMS:
        print(row(room, len(mutants[room]), judged[room]))
    whole = [verdict for room in ROOMS for verdict in judged[room]]
    print(row("all", sum(map(len, mutants.values())), whole))
    raise SystemExit(whole.count("killed") < GOAL * (whole.count("killed") + whole.count("survived")))


if __name__ == "__main__":
    main()
