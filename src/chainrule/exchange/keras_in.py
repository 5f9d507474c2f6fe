"""A network from a Keras model that is a chain: an object of Keras 3, or a `.keras` file, of which no code is run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule import parts
from chainrule.errors import ChainruleError, FileError, InputError, KindError
from chainrule.exchange.chain import Link, network
from chainrule.exchange.keras_chain import MODELS, Item, input_shape, items
from chainrule.exchange.keras_file import KerasFile
from chainrule.exchange.keras_layers import ARRAYS, SCALINGS, check, links, scaling
from chainrule.exchange.scaling import Scaling, scaling_links
from chainrule.exchange.tensors import as_array, common_dtype
from chainrule.network import Network
from chainrule.parts.contract import Array, Penalty


def from_keras(
    source: Any,
    *,
    output: Any = None,
    loss: Any = None,
    features: Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
) -> Network:
    """The network of a Keras model, with its weights, copied, in its dtype.

    The model is a Sequential, or a functional model that is a chain, of Input, Normalization, Rescaling, Flatten,
    Dense, activations, BatchNormalization, LayerNormalization and Dropout, or of such models. Its samples are rows:
    what the model flattens is given flat. A kernel_regularizer that all Dense layers share becomes the penalty. Steps
    are those of the model in training, but that Keras's running variance is of the batch as it is, Σ (z - μ)² / m,
    where chainrule's is Σ (z - μ)² / (m - 1).

    Of a `.keras` file, description and numbers are read, by h5py; Keras need not be there, and no code in it is run.

    Parameters
    ----------
    source : the model, or the path of a `.keras` file
    output : what the last sums are for, where the model ends in a Dense without activation: "softmax", "sigmoid", …
    loss : a name or a part, since that of `compile` is not read; unless given, as in `from_torch`: "cross_entropy"
        where outputs are probabilities, and so on
    features, classes : names of the inputs and of the classes

    Raises
    ------
    InputError : for a model that is no such chain, naming the layer and the reason
    FileError : for a file that is missing, damaged, or of something else
    KindError : for something else
    MissingPackage : for a file, if h5py is not installed

    >>> from_keras("digits.keras", classes=range(10))  # doctest: +SKIP
    """
    how = {"output": output, "loss": loss, "features": features, "classes": classes}
    if isinstance(source, str | os.PathLike):
        with KerasFile(source) as file:
            try:
                return _network(file.model, lambda item: file.arrays(item.path), how)
            except ChainruleError as error:
                kind = FileError if isinstance(error, FileError) else InputError
                raise kind(f"{os.fspath(source)}: {error}") from error
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
                raise FileError(f"{os.fspath(source)} is damaged: its description lacks {error}.") from error
    keras: Any = sys.modules.get("keras")  # whoever has a model has imported it
    if keras is None or not isinstance(source, getattr(keras, "Model", ())) or not hasattr(keras, "ops"):
        raise KindError(f"{source!r} is no model of Keras 3 and no path of a .keras file: give one.")
    if type(source).__name__ not in MODELS or not type(source).__module__.startswith("keras."):
        raise InputError(
            f"the model is {type(source).__name__}, whose way from layer to layer can't be read: build a Sequential of "
            "its layers."
        )
    given: Any = source
    model = {"class_name": type(given).__name__, "module": "keras", "config": given.get_config()}
    return _network(model, lambda item: _of_object(given, item), how)


def _of_object(model: Any, item: Item) -> list[Array]:
    if item.kind not in (*ARRAYS, *SCALINGS):  # others keep the state of their chance
        return []
    for name in item.names:
        model = model.get_layer(name)
    return [_as_numpy(variable.value) for variable in model.variables]


def _as_numpy(tensor: Any) -> Array:
    """An array of whatever holds Keras's numbers; PyTorch's own way, where it is that, as Keras's warns."""
    array: Array = tensor.detach().cpu().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)
    return array


def _network(model: Mapping[str, Any], arrays: Callable[[Item], list[Array]], how: dict[str, Any]) -> Network:
    chain: list[Link] = []
    scalings: list[Scaling] = []
    told = items(model)
    shape = input_shape(model)
    for item in told:
        check(item)
        if item.kind in SCALINGS:
            if chain:
                raise InputError(
                    f"{item.place} stands behind another layer, and chainrule scales inputs alone."
                )
            scalings.append(scaling(item, arrays(item), shape))
        elif item.kind == "Flatten":
            shape = shape and (int(np.prod(shape)),)
        else:
            if item.kind == "Dense" and shape and len(shape) > 1:
                raise InputError(f"{item.place} takes samples of the shape {shape}: put a Flatten before it.")
            chain += links(item, arrays(item))
            shape = (item.config["units"],) if item.kind == "Dense" else shape
    # What follows a Dense of the activation "linear" is its activation, or stands on its sums.
    chain = [
        link for i, link in enumerate(chain) if i == len(chain) - 1 or type(link.layer) is not parts.Identity
    ]
    if not chain:
        raise InputError("the model is empty: it needs a Dense at least.")
    places = [(f"{link.place}: {local}", array) for link in chain for local, array in link.arrays.items()]
    dtype = common_dtype([(place, as_array(array, place)) for place, array in places])
    return network([*scaling_links(scalings), *chain], penalty=_penalty(told), dtype=dtype, **how)


def _penalty(told: Sequence[Item]) -> Penalty | None:
    """The penalty that all Dense layers have, if they have one."""
    found = {_strengths(item): item for item in told if item.kind == "Dense"}
    if len(found) > 1:
        first, second = list(found.values())[:2]
        raise InputError(
            f"{first.place} and {second.place} have not the same kernel_regularizer, and a network has one penalty for "
            "all weights: give all the same."
        )
    l1, l2 = next(iter(found), (0.0, 0.0))
    if l1 and l2:
        return parts.ElasticNet(l1, l2)
    return parts.L1(l1) if l1 else parts.L2(l2) if l2 else None


def _strengths(item: Item) -> tuple[float, float]:
    """What absolute weights and half their squares cost."""
    given = item.config.get("kernel_regularizer")
    if given is None:
        return 0.0, 0.0
    if given["class_name"] not in ("L1", "L2", "L1L2") or given.get("module") != "keras.regularizers":
        raise InputError(
            f"{item.place} has a kernel_regularizer {given['class_name']}: there are L1, L2 and L1L2."
        )
    return float(given["config"].get("l1") or 0), 2 * float(given["config"].get("l2") or 0)
