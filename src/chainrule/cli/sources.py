"""The samples that a command looks at: given as numbers, picked from a data set, or the worked example's own."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from chainrule.cli.datasets import AS_FOUND, Reading, encoded, kinds_of, load_for, new_samples
from chainrule.cli.networks import NetworkOptions, assign, make_optimizer
from chainrule.cli.words import FEW, columns, few, numbers
from chainrule.data.tables import is_table
from chainrule.errors import InputError, UnknownName
from chainrule.utils.counts import counted

if TYPE_CHECKING:
    from chainrule.data.cells import Cells
    from chainrule.network import Network
    from chainrule.trace import Trace


@dataclass(frozen=True)
class SampleOptions:
    """The options that name samples; `assignments` are those of --set, for the parameters of the network."""

    x: str | None
    y: str | None
    data: str | None
    sample: str | None
    seed: int
    assignments: list[str] | None
    data_dir: str | None
    reading: Reading = AS_FOUND

    def check(self) -> None:
        """Refuse options that contradict each other."""
        if self.data is not None and (self.x is not None or self.y is not None):
            raise InputError("there is --data, and --x or --y: give samples in one way.")
        if self.sample is not None and self.data is None:
            raise InputError(f"--sample {self.sample} picks from --data, and there is none.")
        if self.data_dir is not None and self.data is None:
            raise InputError(f"--data-dir {self.data_dir} belongs to --data mnist, and there is no --data.")
        if self.data is None:
            self.reading.refuse("--data, and there is none")
        if self.y is not None and self.x is None:
            raise InputError("there is --y without --x: give the inputs too, such as --x 1,2 --y 0.")


@dataclass
class Source:
    """A network and the samples to look at.

    Parameters
    ----------
    network : a trained model's, a fresh one's or the worked example's
    x, y : the samples; y is None for a forward pass alone
    note : which samples these are, to be said beside the page; empty if that is plain
    """

    network: Network
    x: Any
    y: Any
    note: str = ""

    def trace(
        self, optimizer_name: str, learning_rate: float | None, step: int, asked: str | None = None
    ) -> Trace:
        """A step of a training on the samples, by its number; without targets a pass forward.

        Where what is asked is a gradient of the inputs, gradients go back to them, too.

        Raises
        ------
        InputError : where there are no steps to count
        """
        inputs = asked is not None and self.y is not None and asked.partition("[")[0] in ("dx", "dx_raw")
        chosen = None if self.y is None else make_optimizer(optimizer_name, learning_rate)
        if step == 1:
            return self.network.trace(self.x, self.y, chosen, inputs=inputs)
        if inputs:
            raise InputError(
                f"--step {step}: gradients of inputs are shown of the first step: leave --step out."
            )
        if chosen is None:
            raise InputError(
                f"--step {step}: nothing is trained without targets, so there is no step {step}. Give --y, or "
                "--data that has the target; or leave --step out."
            )
        if chosen.full_batch:
            raise InputError(
                f"--step {step}: {chosen.name()} takes no single steps that could be counted. Take another "
                "--optimizer, such as sgd or adam; or leave --step out."
            )
        steps = self.network.steps(self.x, self.y, epochs=step, optimizer=chosen)
        return next(islice(steps, step - 1, None))


def find_source(named: NetworkOptions, samples: SampleOptions) -> Source:
    """The network and the samples that the options name.

    Raises
    ------
    ChainruleError : where options contradict each other or name nothing
    """
    from chainrule.examples import worked_example

    network = named.network()
    samples.check()
    for assignment in samples.assignments or []:
        assign(network, assignment)
    if samples.data is not None:
        return _from_data(network, samples.data, samples)
    if samples.x is not None:
        return _from_numbers(network, samples.x, samples.y)
    if named.worked_example:
        example = worked_example()
        return Source(network, example.x, example.y)
    raise InputError(
        f"which sample? Give --data with --sample, or --x with {counted(network.inputs, 'number')} and --y."
    )


def _from_numbers(network: Network, x: str, y: str | None) -> Source:
    kinds = kinds_of(network)
    rows: list[Any] = [numbers(row, "--x") if kinds is None else columns([row]) for row in x.split(";")]
    for row in rows:
        if len(row) != network.inputs:
            names = f": {few(network.features)}" if network.features else ""
            each = "" if len(rows) == 1 else " for a sample"
            raise InputError(
                f"--x {x} gives {len(row)}{each}, and the network takes {network.inputs}{names}."
            )
    targets = None if y is None else _targets(network, y, len(rows))
    if kinds is not None:
        return Source(network, encoded(network, _cells(rows, kinds)), targets)
    return Source(network, rows if len(rows) > 1 else rows[0], targets)


def _cells(rows: list[list[str]], kinds: Mapping[str, str]) -> Cells:
    """Rows that were given as text, as a table whose columns are of these kinds has them."""
    import numpy as np

    from chainrule.data.cells import Cells
    from chainrule.data.tables.spelling import is_missing

    found: dict[str, Any] = {}
    for (name, kind), texts in zip(kinds.items(), zip(*rows, strict=True), strict=True):
        cells: list[Any] = [None if is_missing(text) else text for text in texts]
        if kind in ("number", "numeric"):
            found[name] = np.array([np.nan if cell is None else numbers(cell, "--x")[0] for cell in cells])
        elif kind == "date":
            found[name] = np.array([cell and _moment(name, cell) for cell in cells], "datetime64[us]")
        else:
            found[name] = np.array(cells, object)
    return Cells(found)


def _moment(name: str, text: str) -> datetime.datetime:
    from chainrule.data.tables.dates import dates

    ways = dates({text})
    if len(ways) != 1:
        what = "could be two days" if ways else "is no day"
        raise InputError(f"--x: {name} {text!r} {what}: write it as 2020-01-31.")
    return ways[0][text]


def _targets(network: Network, text: str, count: int) -> Any:
    import numpy as np

    each = [_target(network, word.strip()) for word in text.split(";")]
    if len(each) != count:
        raise InputError(
            f"--y {text} has {len(each)} target{'s' if len(each) > 1 else ''}, and --x {count} samples: give one for "
            "each, with semicolons between them, such as --x '1,2; 3,4' --y '0; 1'."
        )
    if len({target.shape for target in each}) > 1:
        raise InputError(f"--y {text}: the targets differ in length.")
    return np.concatenate(each)


def _target(network: Network, text: str) -> Any:
    import numpy as np

    if network.classes and text in network.classes:
        return np.array([network.classes.index(text)])
    if network.classes and not text.replace(",", "").replace(".", "").isdigit():
        raise UnknownName("class", text, network.classes)
    values = numbers(text, "--y")
    return np.array(values if len(values) == 1 else [values])


def _from_data(network: Network, data: str, samples: SampleOptions) -> Source:
    try:
        loaded = load_for(
            network, data, seed=samples.seed, data_dir=samples.data_dir, reading=samples.reading
        )
    except UnknownName:
        if network.features is None or not is_table(data):
            raise
        found, _ = new_samples(network, data, samples.reading)  # a table without the target: forward alone
        X = encoded(network, found)
        rows = _rows(samples.sample, len(X))
        note = f"{_described(rows)} of {data}, which has no {network.metadata.get('target')}: forward alone"
        return Source(network, X[rows], None, note)
    X, y = loaded.train if loaded.test is None else loaded.test
    rows = _rows(samples.sample, len(X))
    note = f"{_described(rows)}{'' if loaded.test is None else ' of the test samples'} of {data}"
    if len(rows) == 1:
        label = y[rows[0]]
        named = _number(label) if loaded.classes is None or loaded.several else loaded.classes[label]
        note += f": {loaded.target} {named}"
    if loaded.report is not None and loaded.report.said:
        note = f"{data}: {loaded.report.said}\n{note}"
    return Source(network, X[rows], y[rows], note)


def _number(label: Any) -> str:
    """A target of regression: one number, or several."""
    return ", ".join(f"{number:g}" for number in label.reshape(-1).tolist())


def _described(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"sample {rows[0]}"
    if len(rows) <= FEW:
        return f"samples {', '.join(map(str, rows))}"
    return f"{len(rows):,} samples ({rows[0]}, {rows[1]}, …, {rows[-1]})"


def _rows(sample: str | None, count: int) -> list[int]:
    """The rows that ``3``, ``0,1,2`` or ``0:4`` picks; unless given, all of a few samples, or the first one."""
    if sample is None:
        return list(range(count)) if count <= FEW else [0]
    try:
        if ":" in sample:
            start, _, stop = sample.partition(":")
            rows = list(range(int(start or 0), min(int(stop or count), count)))
        else:
            rows = [int(part) for part in sample.split(",")]
    except ValueError:
        raise InputError(
            f"--sample {sample!r}: it is a row, such as 3, or several, such as 0,1,2 or 0:4."
        ) from None
    for row in rows:
        if not 0 <= row < count:
            raise InputError(
                f"--sample {sample}: there are {count:,} samples, so rows go from 0 to {count - 1}."
            )
    if not rows:
        raise InputError(f"--sample {sample} picks no sample; there are {count:,}.")
    return rows
