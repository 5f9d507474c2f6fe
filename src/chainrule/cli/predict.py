"""chainrule predict: a trained network's outputs for new samples."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import load_for
from chainrule.cli.networks import trained
from chainrule.cli.output import deliver, note
from chainrule.cli.words import is_table

if TYPE_CHECKING:
    from chainrule.network import Network


def command(
    model: o.Model,
    data: o.NewData,
    seed: o.Seed = 0,
    out: o.Out = None,
    data_dir: o.DataDir = None,
) -> None:
    """Predict: a CSV with a row for each sample. A table needs the model's features, not its target.

    Of a set with test samples, such as mnist, the test samples are predicted.

    \b
    Examples:
      chainrule predict model.safetensors new.csv
      chainrule predict model.safetensors iris.csv --out predictions.csv
      chainrule predict networks new.csv

    \b
    Of a folder of networks, as train --seeds 5 --ensemble saves them, it is their mean.
    """
    from chainrule.network import Network

    asked = trained(model)
    network = asked if isinstance(asked, Network) else asked[0]
    X, which = _inputs(network, data, seed, data_dir)
    outputs = asked.predict(X)
    if which:
        note(which)
    deliver(_table(network, outputs), out)


def _inputs(network: Network, data: str, seed: int, data_dir: str | None) -> tuple[Any, str]:
    if is_table(data) and network.features is not None:
        from chainrule.data import read_features

        return read_features(data, network.features), ""
    if data.lower().endswith(".npz"):
        from chainrule.data import read_npz_inputs

        return read_npz_inputs(data), ""
    loaded = load_for(network, data, seed=seed, data_dir=data_dir)
    if loaded.test is None:
        return loaded.train[0], ""
    return loaded.test[0], f"the {len(loaded.test[0]):,} test samples of {data}"


def _table(network: Network, outputs: Any) -> str:
    """The predictions as CSV: the class, 1 or 0 for each of several labels, with their probabilities; or numbers."""
    from chainrule.notation import numeral

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    target = network.metadata.get("target", "prediction")
    if network.classes is not None or network.loss_part.is_classification:
        names = network.classes or [str(i) for i in range(max(network.outputs, 2))]
        shown = names if network.outputs > 1 else names[1:]
        probable, several = getattr(network.layers[-1], "probabilities", False), network.answers.count > 1
        heads = [f"p({name})" if probable else f"output({name})" if several else name for name in shown]
        writer.writerow([*(names if several else [target]), *heads])
        for row, answer in zip(outputs, network.answers.decide(outputs), strict=True):
            writer.writerow([*(answer.tolist() if several else [names[answer]]), *map(numeral, row)])
    else:
        many = network.outputs > 1
        writer.writerow([f"{target}_{i}" for i in range(network.outputs)] if many else [target])
        writer.writerows([list(map(numeral, row)) for row in outputs])
    return text.getvalue().rstrip("\n")
