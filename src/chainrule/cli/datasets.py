"""The data sets that a command names: by a name, by a path, and as a trained network needs them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.cli.words import columns, few
from chainrule.data.tables import is_table
from chainrule.errors import InputError, UnknownName
from chainrule.utils.counts import counted

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network

GENERATED = ("blobs", "moons", "circles", "xor", "spiral")
GENERATED_SAMPLES = 400


@dataclass(frozen=True)
class Reading:
    """The options that say how a table is read.

    Parameters
    ----------
    numeric, categorical : columns that are numbers, beside which all else counts as missing, and that are categories
    prepares : whether columns that are no numbers are read, too, for a network that is to prepare them
    columns : the features that a network has, whatever it is told
    kinds : what they are, where it prepares them
    """

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool | None = None
    features: str | None = None
    ignore: list[str] | None = None
    numeric: list[str] | None = None
    categorical: list[str] | None = None
    prepares: bool = False
    columns: Sequence[str] | None = None
    kinds: Mapping[str, str] | None = None

    @property
    def layout(self) -> dict[str, Any]:
        """What is given of the layout, as `chainrule.data` takes it."""
        given = {name: getattr(self, name) for name in ("delimiter", "decimal", "encoding", "header")}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def settings(self) -> dict[str, Any]:
        """All that is given, as `chainrule.data` takes it."""
        names = self.columns if self.columns is not None else self.features and columns([self.features])
        features = {"features": list(names)} if names else {}
        cells = self.told if self.kinds is None else self.kinds
        more = {"ignore": columns(self.ignore or ()), "cells": cells or self.prepares}
        return {**self.layout, **features, **{name: value for name, value in more.items() if value}}

    @property
    def told(self) -> dict[str, str]:
        """What the options say that columns are."""
        found: dict[str, str] = {}
        for kind, given in (("numeric", self.numeric), ("category", self.categorical)):
            for name in columns(given or ()):
                if name in found:
                    raise InputError(
                        f"there is --numeric {name}, and --categorical {name}: give one of them."
                    )
                found[name] = kind
        return found

    @property
    def given(self) -> list[str]:
        """The names of the options that are given."""
        names = ("delimiter", "decimal", "encoding", "header", "features", "ignore", "numeric", "categorical")
        return [name for name in names if getattr(self, name) is not None]

    def refuse(self, belongs: str) -> None:
        """Raise InputError where something is given that belongs to what there is not."""
        for name in self.given:
            raise InputError(f"--{name} belongs to {belongs}; leave it out.")

    def refuse_without_table(self, data: str) -> None:
        """Raise InputError where something is given that says how tables are read, and these data are none."""
        for name in self.given:
            raise InputError(f"--{name} goes with tables alone, not with {data}: leave it out.")

    def without(self, column: str | None) -> Reading:
        """The same with one more column left out."""
        if column is None:
            return self
        quoted = column.replace('"', '""')
        return replace(self, ignore=[*(self.ignore or ()), f'"{quoted}"'])

    @property
    def words(self) -> list[str]:
        """The options of the layout, as they are written."""
        words: list[str] = []
        for name, value in self.layout.items():
            words += (
                [f"--{name}" if value else f"--no-{name}"]
                if isinstance(value, bool)
                else [f"--{name}", value]
            )
        return words


AS_FOUND = Reading()


def load_data(
    data: str,
    *,
    target: str | None = None,
    kind: Any = None,
    seed: int = 0,
    data_dir: str | None = None,
    group: str | None = None,
    reading: Reading = AS_FOUND,
) -> DataSet:
    """A data set by name or path; of the generated ones 400 samples. The column of groups is no feature."""
    from chainrule import data as sets
    from chainrule.data.loading import NAMES, PATH_HINT

    if data_dir is not None and data != "mnist":
        raise InputError(f"--data-dir {data_dir} belongs to mnist alone, not to {data}: leave it out.")
    if data in GENERATED:
        if target not in (None, "class") or kind == "regression":
            raise InputError(f"{data} is generated, with two classes: leave --target and --kind out.")
        reading.refuse_without_table(data)
        X, y = getattr(sets, data)(GENERATED_SAMPLES, seed=seed)
        return sets.DataSet((X, y), None, ("x0", "x1"), ("0", "1"), "class")
    if data not in NAMES and not Path(data).suffix and not os.path.exists(os.path.expanduser(data)):
        raise UnknownName("data set, folder or file", data, (*NAMES, *GENERATED), PATH_HINT)
    if not is_table(data):
        reading.refuse_without_table(data)
        reading = replace(reading, prepares=False)
    asked = targets(data, target, reading)
    return sets.load(data, target=asked, kind=kind, data_dir=data_dir, **reading.without(group).settings)


def targets(data: str, target: str | None, reading: Reading) -> str | list[str] | None:
    """``"a,b"`` as several columns of a table, unless one of them is called so."""
    if target is None or "," not in target or not is_table(data):
        return target
    from chainrule.data.tables.layouts import Wanted
    from chainrule.data.tables.reading import read_names

    several = columns([target])
    alone = len(several) == 1 or target in read_names(data, Wanted(**reading.layout))
    return (several[0] if len(several) == 1 else target) if alone else several


def read_groups(data: str, group: str | None, target: str | None, reading: Reading = AS_FOUND) -> Any:
    """What stands in the column of groups of a table (rows,); None without one."""
    if group is None:
        return None
    if not is_table(data):
        raise InputError(f"--group {group} is a column of a table, and {data} is none: leave it out.")
    if group == target or group in columns([target or ""]):
        raise InputError(f"--group {group} is the target: name another column.")
    from chainrule.data.tables.layouts import Wanted
    from chainrule.data.tables.reading import read_texts

    return read_texts(data, group, Wanted(**reading.layout))


def load_for(
    network: Network,
    data: str,
    *,
    seed: int = 0,
    data_dir: str | None = None,
    reading: Reading = AS_FOUND,
) -> DataSet:
    """A data set with the features and classes that a network was trained with."""
    check_form(network, data)
    target = network.metadata.get("target") if is_table(data) or data.lower().endswith(".npy") else None
    kind = network.metadata.get("kind")
    if kind is None and network.outputs == 1 and not network.loss_part.is_classification:
        kind = "regression"
    read_as = kind if is_table(data) or data.lower().endswith((".npz", ".npy")) else None
    settings: dict[str, Any] = {"target": target, "kind": read_as, "seed": seed, "data_dir": data_dir}
    if is_table(data) and network.features is not None:
        reading = replace(
            reading, columns=network.features, kinds=kinds_of(network)
        )  # others may hold anything
    try:
        loaded = load_data(data, reading=reading, **settings)
    except UnknownName as error:
        if error.unknown not in (network.features or ()):
            raise
        _check_names(network, data, error.known)
        raise
    if network.features is None:
        if len(loaded.features) != network.inputs:
            raise InputError(
                f"{data} has {counted(len(loaded.features), 'feature')}, and the network takes {network.inputs}."
            )
        return _by_number(network, loaded)
    _check_names(network, data, loaded.features)
    _check_classes(network, data, loaded)
    matched = loaded.matching(network.features, network.classes)
    X, y = matched.train
    return replace(matched, train=(encoded(network, X), y))


def kinds_of(network: Network) -> dict[str, str] | None:
    """What the columns of a table are that a network prepares; None where it takes numbers."""
    first, numeric = network.layers[0], columns([network.metadata.get("numeric", "")])
    if not hasattr(first, "columns"):
        return None
    return {of.name: "numeric" if of.name in numeric else of.kind for of in first.columns}


def check_form(network: Network, data: str) -> None:
    """Refuse numbers for a network that takes categories, dates, or yes and no, as a table has them."""
    told = [name for name, kind in (kinds_of(network) or {}).items() if kind not in ("number", "numeric")]
    if told and not is_table(data):
        raise InputError(
            f"{data} holds numbers, and the model takes {few(told)} as a table has them: give a table, such as a .csv "
            "or a .parquet."
        )


def new_samples(network: Network, data: str, reading: Reading) -> tuple[Any, str]:
    """The samples of a table that needs no target, as they stand in it; and what is unusual about its layout."""
    from chainrule.data.tables.layouts import Wanted
    from chainrule.data.tables.reading import find_cells, find_features

    wanted, kinds = Wanted(**reading.layout), kinds_of(network)
    if kinds is None:
        return find_features(data, network.features or (), wanted)
    return find_cells(data, kinds, wanted)


def unknown_values(network: Network, X: Any) -> list[str]:
    """Of each column of categories, how many values were not there in training."""
    from chainrule.data.cells import Cells

    said, prepared = [], getattr(network.layers[0], "columns", ())
    for column in prepared if isinstance(X, Cells) else ():
        if column.kind == "category" and (
            count := int((column.encoded(X[column.name]) == len(column.values)).sum())
        ):
            were = "was" if count == 1 else "were"
            said.append(f"{column.name}: {count:,} of {len(X):,} values {were} not there in training")
    return said


def encoded(network: Network, X: Any) -> Any:
    """The same samples as numbers, where a network prepares the columns of a table."""
    from chainrule.data.cells import Cells

    return network.layers[0].encode(X) if isinstance(X, Cells) else X


def _by_number(network: Network, loaded: DataSet) -> DataSet:
    """Classes that are numbers are those of a network that names none, also where a file lacks some of them."""
    numbers = [str(i) for i in range(max(network.outputs, 2))]
    if network.classes is None and loaded.classes is not None and set(loaded.classes) <= set(numbers):
        return loaded.matching(loaded.features, numbers)
    return loaded


def _check_names(network: Network, data: str, names: Sequence[str]) -> None:
    """Refuse a data set that lacks a feature of the network."""
    there = set(names)
    if lacking := [name for name in network.features or () if name not in there]:
        raise InputError(
            f"{data} does not go with this model: it lacks {few(lacking)}. Its features are {few(names)}."
        )


def _check_classes(network: Network, data: str, loaded: DataSet) -> None:
    """Refuse a data set that has a class which the network does not know."""
    if network.classes is not None and loaded.classes is not None:
        for name in loaded.classes:
            if name not in network.classes:
                raise InputError(
                    f"{data} does not go with this model: it has {loaded.target} {name!r}, and the model knows "
                    f"{few(network.classes)}."
                )
