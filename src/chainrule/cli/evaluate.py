"""chainrule evaluate: how good a trained network is on samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading, load_for
from chainrule.cli.ending import BEST, give_threshold
from chainrule.cli.models import read_model
from chainrule.cli.output import deliver, note
from chainrule.cli.pictures import check_format, save_evaluation
from chainrule.errors import InputError, UnknownName
from chainrule.utils.counts import counted

if TYPE_CHECKING:
    from chainrule.network import Network

FORMATS = ("text", "json")


def command(
    model: o.Model,
    data: o.NewData,
    threshold: o.TriedThreshold = None,
    plots: o.Plots = None,
    plots_format: o.PlotsFormat = None,
    format: o.ReportFormat = None,
    out: o.Out = None,
    seed: o.Seed = 0,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
) -> None:
    """Evaluate a model on samples with their target, beside a baseline that looks at no feature.

    Of classes accuracy, balanced accuracy, precision, recall, F1, ROC-AUC, log loss, each class by itself, the
    confusion matrix and calibration; of numbers R2, MAE and RMSE. Of a set with test samples, such as mnist, these
    are evaluated; of others all, and samples that the model was trained with make it look better than it is.

    \b
    Examples:
      chainrule evaluate model.safetensors iris.csv
      chainrule evaluate model.safetensors iris.csv --plots pictures
    """
    as_ = _format(format, out)
    check_format(plots_format)
    network = read_model(model)
    reading = Reading(delimiter, decimal, encoding, header)
    (X, y), which = _samples(network, data, seed, data_dir, reading)
    if threshold == BEST:
        raise InputError(
            "--threshold best is found by chainrule train, on its validation: what is evaluated here must not choose "
            "it. Give a number."
        )
    if threshold is not None:
        give_threshold(network, threshold)
    found = network.evaluate(X, y)
    note(which)
    deliver(_text(found, as_), out)
    if plots is not None:
        for path in save_evaluation(plots, network, found, X, y, plots_format):
            note(f"picture: {path}")


def _format(format: str | None, out: str | None) -> str:
    if format is None:
        return "json" if (out or "").lower().endswith(".json") else "text"
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    return format


def _samples(
    network: Network, data: str, seed: int, data_dir: str | None, reading: Reading
) -> tuple[tuple[Any, Any], str]:
    loaded = load_for(network, data, seed=seed, data_dir=data_dir, reading=reading)
    if loaded.test is None:
        return loaded.train, f"all {counted(len(loaded.train[0]), 'sample')} of {data}"
    return loaded.test, f"the {len(loaded.test[0]):,} test samples of {data}"


def _text(found: Any, format: str) -> str:
    if format == "text":
        return str(found)
    import json

    return json.dumps(found.to_dict(), indent=1, ensure_ascii=True, allow_nan=False)
