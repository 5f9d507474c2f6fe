"""chainrule predict: a trained network's outputs for new samples."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainrule.cli.options as o
from chainrule.cli.datasets import Reading, check_form, load_data, load_for, new_samples, unknown_values
from chainrule.cli.networks import trained
from chainrule.cli.output import deliver, note
from chainrule.cli.words import columns
from chainrule.data.idx import is_idx
from chainrule.data.loading import NAMES
from chainrule.data.tables import is_table
from chainrule.errors import InputError

if TYPE_CHECKING:
    from chainrule.model.answers import Answers
    from chainrule.network import Network


ID = "id"  # a column of that name names the rows, if it is no feature


def command(
    model: o.Model,
    data: o.NewData,
    id: o.Id = None,
    seed: o.Seed = 0,
    out: o.Out = None,
    data_dir: o.DataDir = None,
    delimiter: o.Delimiter = None,
    decimal: o.Decimal = None,
    encoding: o.Encoding = None,
    header: o.Header = None,
) -> None:
    """Predict: a CSV with a row for each sample. A table needs the model's features, not its target.

    Each row begins with its number, from 0, or with its id. Of a set with test samples, such as mnist, the test samples
    are predicted.

    \b
    Examples:
      chainrule predict model.safetensors new.csv
      chainrule predict model.safetensors new.csv --id petal_width
      chainrule predict model.safetensors iris.csv --out predictions.csv
    \b
    Of a folder of networks, as train --seeds 5 --ensemble saves them, it is their mean.
    """
    from chainrule.model.samples import check_outputs
    from chainrule.network import Network

    asked = trained(model)
    network = asked if isinstance(asked, Network) else asked[0]
    reading = Reading(delimiter, decimal, encoding, header)
    X, which = _inputs(network, data, seed, data_dir, reading)
    ids, title = _ids(network, data, id, len(X), reading)
    outputs = asked.predict(X)
    check_outputs(outputs)
    if which:
        note(which)
    deliver(_table(network, asked.decisions, outputs, ids, title), out)


def _inputs(
    network: Network, data: str, seed: int, data_dir: str | None, reading: Reading
) -> tuple[Any, str]:
    """The samples, and which they are where that is not plain."""
    from chainrule.data import read_idx_inputs, read_npy_inputs, read_npz_inputs

    check_form(network, data)
    if is_table(data) and network.features is not None:
        X, said = new_samples(network, data, reading)
        found = "; ".join(filter(None, (said, *unknown_values(network, X))))
        return X, f"{data}: {found}" if found else ""
    if reading.layout:
        load_data(data, reading=reading)  # refuses what goes with tables alone
    if data.lower().endswith(".npz"):
        return read_npz_inputs(data), ""
    if data.lower().endswith(".npy"):
        return _by_number(network, read_npy_inputs(data)), ""
    if data not in NAMES and is_idx(Path(data)):
        return read_idx_inputs(Path(data)), ""
    loaded = load_for(network, data, seed=seed, data_dir=data_dir, reading=reading)
    if loaded.test is None:
        return loaded.train[0], ""
    return loaded.test[0], f"the {len(loaded.test[0]):,} test samples of {data}"


def _by_number(network: Network, X: Any) -> Any:
    """The columns of an array that a network takes which was trained with some of them: c1, c2, …"""
    numbers = [name.removeprefix("c") for name in network.features or ()]
    if all(map(str.isdecimal, numbers)) and max(map(int, numbers), default=0) <= X.shape[1] and numbers:
        return X[:, [int(number) - 1 for number in numbers]]
    return X


def _ids(
    network: Network, data: str, id: str | None, count: int, reading: Reading
) -> tuple[Sequence[Any], str]:
    """What names each row, and its title: a column of the table, or the rows' numbers."""
    if is_table(data):
        from chainrule.data.tables.layouts import Wanted
        from chainrule.data.tables.reading import read_names, read_texts

        wanted = Wanted(**reading.layout)
        target = network.metadata.get("target", "")
        taken = (*(network.features or ()), target, *columns([target]))
        named = [name for name in read_names(data, wanted) if name.lower() == ID and name not in taken]
        if id is not None or named:
            column = named[0] if id is None else id
            return read_texts(data, column, wanted).tolist(), column
    elif id is not None:
        raise InputError(f"--id {id} is a column of a table, and {data} is none: leave it out.")
    return range(count), "row"


def _table(network: Network, decisions: Answers, outputs: Any, ids: Sequence[Any], title: str) -> str:
    """The predictions as CSV: the class with its probability, 1 or 0 for each of several labels; or numbers."""
    from chainrule.notation import numeral
    from chainrule.utils.spreadsheets import row

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head, rows = _answers(network, decisions, outputs)
    writer.writerow(row([title, *head]))
    for name, said, numbers in zip(ids, rows, outputs, strict=True):
        writer.writerow(row([name, *said, *map(numeral, numbers)]))
    return text.getvalue().rstrip("\n")


def _answers(network: Network, decisions: Answers, outputs: Any) -> tuple[list[str], list[list[str]]]:
    """The titles of all columns, and what stands in each row before the outputs."""
    from chainrule.evaluation.judged import names_of_numbers
    from chainrule.notation import numeral

    target = network.metadata.get("target", "prediction")
    if network.classes is None and not network.loss_part.is_classification:
        return list(names_of_numbers(network, target)), [[] for _ in outputs]
    names = network.classes or tuple(map(str, range(max(network.outputs, 2))))
    shown = names if network.outputs > 1 else names[1:]
    probable, several = getattr(network.layers[-1], "probabilities", False), network.answers.count > 1
    heads = [f"p({name})" if probable else f"output({name})" if several else name for name in shown]
    answers = decisions.decide(outputs)
    if several:
        return [*names, *heads], [list(map(str, row)) for row in answers.tolist()]
    said = [[names[answer]] for answer in answers]
    if not probable:
        return [target, *heads], said
    for row, answer, numbers in zip(said, answers, outputs, strict=True):
        single = numbers[0] if answer else 1 - numbers[0]
        row.append(numeral(single if network.outputs == 1 else numbers[answer]))
    return [target, "probability", *heads], said
