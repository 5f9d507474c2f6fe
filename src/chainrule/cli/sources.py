"""The network and the samples that the options of a command name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.errors import InputError, UnknownName

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network
    from chainrule.parts.contract import Optimizer
    from chainrule.trace import Trace

GENERATED = ("blobs", "moons", "circles", "xor", "spiral")
GENERATED_SAMPLES = 400
TABLES = (".csv", ".tsv")
FEW = 8  # samples that are explained together when none is picked, and names that are shown


def optimizer(name: str, lr: float | None) -> Optimizer:
    """The optimizer of that name with that learning rate."""
    from chainrule.parts.contract import Optimizer

    made: Any = Optimizer.of(name)
    if lr is None:
        return made  # type: ignore[no-any-return]
    if not hasattr(made, "learning_rate"):
        raise InputError(f"--lr {lr:g}: {name} has no learning rate; leave --lr out.")
    inner = getattr(made, "inner", None)
    return type(made)(type(inner)(learning_rate=lr)) if inner else type(made)(learning_rate=lr)  # type: ignore[no-any-return]


def format_for(given: str | None, out: str | None, formats: Mapping[str, str]) -> str:
    """The format to write: the one that is named, or that of the file's ending; otherwise text.

    Parameters
    ----------
    given, out : the options --format and --out
    formats : which format goes with which ending
    """
    if given is not None:
        if given not in formats.values():
            raise UnknownName("format", given, dict.fromkeys(formats.values()))
        return given
    ending = "" if out is None else Path(out).suffix.lower()
    if ending and ending not in formats:
        raise InputError(
            f"--out {out}: its ending {ending} stands for no format. Take {', '.join(formats)}, or say which "
            "with --format."
        )
    return formats.get(ending, "text")


def as_json(document: Any, out: str | None) -> str:
    """A document as JSON; in a pipe that speaks ASCII alone, with escapes."""
    import sys

    from chainrule.cli.output import speaks_unicode

    ascii = out is None and not speaks_unicode(sys.stdout)
    return json.dumps(document, indent=1, ensure_ascii=ascii, allow_nan=False)


def few(names: Sequence[str]) -> str:
    """Names in a line; of many, the first and how many there are."""
    return ", ".join(names[:FEW]) + (f", … ({len(names):,})" if len(names) > FEW else "")


def split(words: list[str]) -> tuple[str | None, list[str]]:
    """The model's file that comes first, if one does, and the other words."""
    model = words[0] if words and _is_file(words[0]) else None
    rest = words if model is None else words[1:]
    for word in words:
        if word.lower().endswith((*TABLES, ".npz")):
            raise InputError(f"{word} holds samples: give it as --data {word}.")
    for word in rest:
        if _is_file(word):
            raise InputError(f"{word} is a file, and a model's file comes first, alone.")
    return model, rest


def _is_file(word: str) -> bool:
    """Whether a word on the command line means a file, not a quantity: no quantity has a dot."""
    return "." in word or "/" in word or Path(word).is_file()


def numbers(text: str, what: str) -> list[float]:
    """``"1,2"`` as numbers."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"{what} {text!r}: it is numbers with commas between them, such as 1,2.") from None


def sizes(text: str, what: str) -> list[int]:
    """``"2,4,3"`` as whole numbers of at least 1."""
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        raise InputError(
            f"{what} {text!r}: it is whole numbers of at least 1, with commas between them, such as 2,4,3."
        )
    return found


# --- networks ---------------------------------------------------------------------------------------------


def network(
    model: str | None,
    layers: str | None,
    activation: str | None,
    output: str | None,
    loss: str | None,
    seed: int,
) -> Network:
    """A model's network, a fresh one of these layers or, without both, the worked example's."""
    from chainrule import Network, worked_example

    if layers is None:
        for option, value in (("--activation", activation), ("--output", output), ("--loss", loss)):
            if value is not None:
                raise InputError(
                    f"{option} {value} belongs to a fresh network: give its sizes too, such as --layers 2,3,2."
                )
        if model is None:
            return worked_example()
        from chainrule.files import load

        return load(model)
    if model is not None:
        raise InputError(f"there is a model, {model}, and --layers {layers}: give one of them.")
    return Network(
        sizes(layers, "--layers"),
        hidden=activation or "relu",
        output=output or "softmax",
        loss=loss or "cross_entropy",
        seed=seed,
    )


# --- samples ----------------------------------------------------------------------------------------------


@dataclass
class Source:
    """A network and the samples to look at.

    Parameters
    ----------
    network : a trained model's, a fresh one's or the worked example's
    x, y : the samples; y is None for a forward pass alone
    told : which samples these are, to be said beside the page; empty if that is plain
    """

    network: Network
    x: Any
    y: Any
    told: str = ""

    def trace(self, optimizer_name: str, lr: float | None) -> Trace:
        """One step on the samples; without targets a pass forward."""
        chosen = None if self.y is None else optimizer(optimizer_name, lr)
        return self.network.trace(self.x, self.y, chosen)


def source(
    network: Network,
    *,
    own: bool,
    x: str | None,
    y: str | None,
    data: str | None,
    sample: str | None,
    seed: int,
    put: list[str] | None,
    data_dir: str | None,
) -> Source:
    """Find the samples that the options name.

    Parameters
    ----------
    network : what is to see them
    own : whether that is the worked example, which has a sample of its own
    x, y, data, sample, seed, put, data_dir : the options; put is --set

    Raises
    ------
    ChainruleError : where options contradict each other or name nothing
    """
    from chainrule import worked_example

    if data is not None and (x is not None or y is not None):
        raise InputError("there is --data, and --x or --y: give samples in one way.")
    if sample is not None and data is None:
        raise InputError(f"--sample {sample} picks from --data, and there is none.")
    if data_dir is not None and data is None:
        raise InputError(f"--data-dir {data_dir} belongs to --data mnist, and there is no --data.")
    if y is not None and x is None:
        raise InputError("there is --y without --x: give the inputs too, such as --x 1,2 --y 0.")
    for assignment in put or []:
        _put(network, assignment)
    if data is not None:
        return _from_data(network, data, sample, seed, data_dir)
    if x is not None:
        inputs = numbers(x, "--x")
        if len(inputs) != network.inputs:
            names = f": {few(network.features)}" if network.features else ""
            raise InputError(f"--x {x} gives {len(inputs)}, and the network takes {network.inputs}{names}.")
        return Source(network, inputs, None if y is None else _target(network, y))
    if own:
        example = worked_example()
        return Source(network, example.x, example.y)
    raise InputError(
        f"which sample? Give --data with --sample, or --x with {network.inputs} numbers and --y."
    )


def _target(network: Network, text: str) -> Any:
    import numpy as np

    if network.classes and text in network.classes:
        return np.array([network.classes.index(text)])
    if network.classes and not text.replace(",", "").replace(".", "").isdigit():
        raise UnknownName("class", text, network.classes)
    values = numbers(text, "--y")
    return np.array(values if len(values) == 1 else [values])


def _put(network: Network, assignment: str) -> None:
    name, sign, value = assignment.partition("=")
    if not sign:
        raise InputError(f"--set {assignment}: write a name, = and numbers, such as W1=[[1,2],[3,4]].")
    try:
        given = json.loads(value)
    except json.JSONDecodeError:
        raise InputError(
            f"--set {assignment}: {value!r} is no list of numbers, such as [[1,2],[3,4]]."
        ) from None
    network.parameters[name.strip()] = given


def is_table(data: str) -> bool:
    """Whether a data set is a CSV file."""
    return data.lower().endswith(TABLES)


def load_data(
    data: str, *, target: str | None = None, kind: Any = None, seed: int = 0, data_dir: str | None = None
) -> DataSet:
    """A data set by name or path; of the generated ones 400 samples."""
    from chainrule import data as sets
    from chainrule.data.loading import NAMES

    if data_dir is not None and data != "mnist":
        raise InputError(f"--data-dir {data_dir} belongs to mnist alone, not to {data}: leave it out.")
    if data in GENERATED:
        if target not in (None, "class") or kind == "regression":
            raise InputError(f"{data} is generated, with two classes: leave --target and --kind out.")
        X, y = getattr(sets, data)(GENERATED_SAMPLES, seed=seed)
        return sets.DataSet((X, y), None, ("x0", "x1"), ("0", "1"), "class")
    if data not in NAMES and not Path(data).suffix and not Path(data).expanduser().exists():
        hint = "Or give the path of a .csv, a .tsv, an .npz or a folder of IDX files."
        raise UnknownName("data set, folder or file", data, (*NAMES, *GENERATED), hint)
    return sets.load(data, target=target, kind=kind, data_dir=data_dir)


def load_for(network: Network, data: str, *, seed: int = 0, data_dir: str | None = None) -> DataSet:
    """A data set with the features and classes that a network was trained with."""
    target = network.about.get("target") if is_table(data) else None
    kind = network.about.get("kind")
    if kind is None and network.outputs == 1 and not network.loss_part.compares_classes:
        kind = "regression"
    read_as = kind if is_table(data) or data.lower().endswith(".npz") else None
    loaded = load_data(data, target=target, kind=read_as, seed=seed, data_dir=data_dir)
    if network.features is None:
        if len(loaded.features) != network.inputs:
            raise InputError(
                f"{data} has {len(loaded.features)} features, and the network takes {network.inputs}."
            )
        return loaded
    if lacking := [name for name in network.features if name not in loaded.features]:
        raise InputError(
            f"{data} does not go with this model: it lacks {few(lacking)}. Its features are "
            f"{few(loaded.features)}."
        )
    if network.classes is not None and loaded.classes is not None:
        for name in loaded.classes:
            if name not in network.classes:
                raise InputError(
                    f"{data} does not go with this model: it has {loaded.target} {name!r}, and the model knows "
                    f"{few(network.classes)}."
                )
    return loaded.matching(network.features, network.classes)


def _from_data(network: Network, data: str, sample: str | None, seed: int, data_dir: str | None) -> Source:
    try:
        loaded = load_for(network, data, seed=seed, data_dir=data_dir)
    except UnknownName:
        if network.features is None or not is_table(data):
            raise
        from chainrule.data import read_features

        X = read_features(data, network.features)  # a table without the target: new samples, forward alone
        rows = _rows(sample, len(X))
        told = f"{_told(rows)} of {data}, which has no {network.about.get('target')}: forward alone"
        return Source(network, X[rows], None, told)
    X, y = loaded.train if loaded.test is None else loaded.test
    rows = _rows(sample, len(X))
    told = f"{_told(rows)}{'' if loaded.test is None else ' of the test samples'} of {data}"
    if len(rows) == 1:
        label = y[rows[0]]
        named = f"{label:g}" if loaded.classes is None else loaded.classes[label]
        told += f": {loaded.target} {named}"
    return Source(network, X[rows], y[rows], told)


def _told(rows: Sequence[int]) -> str:
    if len(rows) == 1:
        return f"sample {rows[0]}"
    if len(rows) <= FEW:
        return f"samples {', '.join(map(str, rows))}"
    return f"{len(rows):,} samples ({rows[0]}, {rows[1]}, …, {rows[-1]})"


def _rows(sample: str | None, count: int) -> list[int]:
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
