"""The data sets that a command names: by a name, by a path, and as a trained network needs them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.cli.words import few, is_table
from chainrule.errors import InputError, UnknownName

if TYPE_CHECKING:
    from chainrule.data import DataSet
    from chainrule.network import Network

GENERATED = ("blobs", "moons", "circles", "xor", "spiral")
GENERATED_SAMPLES = 400


def load_data(
    data: str,
    *,
    target: str | None = None,
    kind: Any = None,
    seed: int = 0,
    data_dir: str | None = None,
    group: str | None = None,
) -> DataSet:
    """A data set by name or path; of the generated ones 400 samples. The column of groups is no feature."""
    from chainrule import data as sets
    from chainrule.data.loading import NAMES, PATH_HINT

    if data_dir is not None and data != "mnist":
        raise InputError(f"--data-dir {data_dir} belongs to mnist alone, not to {data}: leave it out.")
    if data in GENERATED:
        if target not in (None, "class") or kind == "regression":
            raise InputError(f"{data} is generated, with two classes: leave --target and --kind out.")
        X, y = getattr(sets, data)(GENERATED_SAMPLES, seed=seed)
        return sets.DataSet((X, y), None, ("x0", "x1"), ("0", "1"), "class")
    if data not in NAMES and not Path(data).suffix and not Path(data).expanduser().exists():
        raise UnknownName("data set, folder or file", data, (*NAMES, *GENERATED), PATH_HINT)
    return sets.load(
        data, target=target, kind=kind, data_dir=data_dir, ignore=() if group is None else (group,)
    )


def read_groups(data: str, group: str | None, target: str | None) -> Any:
    """What stands in the column of groups of a table (rows,); None without one."""
    if group is None:
        return None
    if not is_table(data):
        raise InputError(f"--group {group} is a column of a table, and {data} is none: leave it out.")
    if group == target:
        raise InputError(f"--group {group} is the target: name another column.")
    from chainrule.data.tables import read_column

    return read_column(data, group)


def load_for(network: Network, data: str, *, seed: int = 0, data_dir: str | None = None) -> DataSet:
    """A data set with the features and classes that a network was trained with."""
    target = network.metadata.get("target") if is_table(data) else None
    kind = network.metadata.get("kind")
    if kind is None and network.outputs == 1 and not network.loss_part.is_classification:
        kind = "regression"
    read_as = kind if is_table(data) or data.lower().endswith(".npz") else None
    loaded = load_data(
        data, target=target, kind=read_as, seed=seed, data_dir=data_dir, group=network.metadata.get("group")
    )
    if network.features is None:
        if len(loaded.features) != network.inputs:
            raise InputError(
                f"{data} has {len(loaded.features)} features, and the network takes {network.inputs}."
            )
        return _by_number(network, loaded)
    _check_names(network, data, loaded)
    return loaded.matching(network.features, network.classes)


def _by_number(network: Network, loaded: DataSet) -> DataSet:
    """Classes that are numbers are those of a network that names none, also where a file lacks some of them."""
    numbers = [str(i) for i in range(max(network.outputs, 2))]
    if network.classes is None and loaded.classes is not None and set(loaded.classes) <= set(numbers):
        return loaded.matching(loaded.features, numbers)
    return loaded


def _check_names(network: Network, data: str, loaded: DataSet) -> None:
    """Refuse a data set that lacks a feature of the network, or has a class that it does not know."""
    if lacking := [name for name in network.features or () if name not in loaded.features]:
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
