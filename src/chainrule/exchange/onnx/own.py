"""ONNX models that chainrule wrote, which say in their metadata what network they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, FileError
from chainrule.exchange.onnx.tensors import as_array
from chainrule.export.onnx_file import checksum
from chainrule.files.document import build
from chainrule.network import Network
from chainrule.parts.contract import Array

ADVICE = 'Take another copy, or take "chainrule" out of its metadata to have it read as another program\'s.'


def own_network(model: Any, folder: Path | None) -> Network | None:
    """The network that chainrule described in a model's metadata, None if there is no description.

    Raises
    ------
    FileError : where description and graph are not those that were written
    """
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    description = metadata.get("chainrule")
    if description is None:
        return None
    arrays = {
        each.name: as_array(each, f"the initializer {each.name!r}", folder)
        for each in model.graph.initializer
    }
    if metadata.get("sha256") != checksum(description, model.graph, arrays):
        raise FileError(
            "the model is damaged, or another program has changed it: its graph is not what chainrule wrote (their "
            f"SHA-256 differs). {ADVICE}"
        )
    try:
        return _described(description, arrays)
    except ChainruleError as error:
        raise FileError(f"the model's description can't be read: {error} {ADVICE}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(f"the model's description is damaged. {ADVICE}") from error


def _described(description: str, arrays: dict[str, Array]) -> Network:
    described = json.loads(description)
    constants = described["constants"]
    found = {name: arrays[own].astype(np.float64) for name, own in constants.items()}
    for name, array in arrays.items():  # those of the layers have names, and numbers of the rules have none
        if name.isidentifier() and name not in constants.values() and name not in described["made"]:
            found[name] = array
    return build(Network, described["network"], found)
