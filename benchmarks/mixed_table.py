"""A large table of mixed columns, from the file to a trained network: chainrule beside pandas and scikit-learn.

    python benchmarks/mixed_table.py [--rows 1000000] [--write]

Twenty columns: ten of numbers, one of them with holes, five of words, four of yes and no, one of days. Each side reads
the file, prepares it, and trains 20-32-2 for an epoch in batches of 200, in a fresh process: its seconds by the clock
and of the processor, and its largest memory. Ours is `chainrule train FILE --validation 0 --epochs 1`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from results import PAGE, put_section

TITLE = "## A large table of mixed columns"
OURS = """
import sys
from chainrule.cli import run
words = "--validation 0 --hidden 32 --epochs 1 --batch-size 200 --quiet".split()
sys.exit(run(["train", sys.argv[1], *words]))
"""
THEIRS = """
import sys
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

table = pd.read_csv(sys.argv[1], parse_dates=["day"])
y, X = table["kind"], table.drop(columns="kind")
X["day"] = (X["day"] - pd.Timestamp(0)) / pd.Timedelta(days=1)
words = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
numbers = [name for name in X if name not in words]
prepared = ColumnTransformer(
    [
        ("words", OneHotEncoder(sparse_output=False), words),
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
    ]
)
make_pipeline(prepared, MLPClassifier([32], max_iter=1, batch_size=200)).fit(X, y)
"""


def write(path: Path, rows: int) -> None:
    """A table of so many rows."""
    rng = np.random.default_rng(0)
    columns = {f"n{j}": rng.normal(size=rows).round(4) for j in range(10)}
    columns["n9"] = np.where(rng.random(rows) < 0.05, np.nan, columns["n9"])
    words = {f"w{j}": rng.choice([f"value {k}" for k in range(3 + j)], rows) for j in range(5)}
    said = {f"b{j}": rng.choice(["yes", "no"], rows) for j in range(4)}
    day = pd.Timestamp("2000-01-01") + pd.to_timedelta(rng.integers(0, 9000, rows), "D")
    kind = np.where(columns["n0"] + (words["w0"] == "value 1") > 0.3, "big", "small")
    table = pd.DataFrame({**columns, **words, **said, "day": day.strftime("%Y-%m-%d"), "kind": kind})
    table.to_csv(path, index=False)


def measured(script: str, path: Path) -> tuple[float, float, float]:
    """Seconds by the clock, of the processor, and megabytes of a fresh process."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, str(path)], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("a side failed")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mixed.csv")
        write(path, asked.rows)
        size = path.stat().st_size / 1e6
        found = {
            name: measured(script, path) for name, script in (("chainrule", OURS), ("scikit-learn", THEIRS))
        }
    lines = [f"{'':<14}{'seconds':>9}{'CPU':>9}{'MB':>9}"]
    lines += [
        f"{name:<14}{clock:9.1f}{cpu:9.1f}{memory:9,.0f}" for name, (clock, cpu, memory) in found.items()
    ]
    print("\n".join(lines))
    if asked.write:
        text = [
            TITLE, "",
            f"{asked.rows:,} rows of 20 columns ({size:.0f} MB): ten of numbers, one of them with holes, five of",
            "words, four of yes and no, one of days. Read, prepared and trained for an epoch in batches of 200, by",
            "`chainrule train FILE` and by pandas with a pipeline of scikit-learn's, each in a fresh process,",
            "once. Made by `python benchmarks/mixed_table.py --write`.", "",
            "```text", *lines, "```",
        ]  # fmt: skip
        put_section(PAGE, text)


if __name__ == "__main__":
    main()
