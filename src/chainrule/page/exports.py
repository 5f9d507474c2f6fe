"""What a page gives to keep: its state, the weights, the script, the walk-through, the curves."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping

import numpy as np

from chainrule.errors import UnknownName
from chainrule.export.numpy_script import script
from chainrule.files.document import describe
from chainrule.page.lines import Lines
from chainrule.page.states import written
from chainrule.page.worlds import World

File = tuple[str, str, bytes]
COLUMNS = "epoch,loss,held_out_loss,accuracy,held_out_accuracy"


def file(world: World, lines: Lines, kind: str) -> File:
    """A file's name, its type and its bytes.

    Raises
    ------
    UnknownName, ChainruleError : for a kind that there is not, and a network that can't be written so
    """
    kinds: Mapping[str, Callable[[], File]] = {
        "state": lambda: ("page.chainrule", "application/octet-stream", written(world)),
        "safetensors": lambda: ("model.safetensors", "application/octet-stream", _weights(world)),
        "numpy": lambda: ("train.py", "text/x-python", _script(world).encode()),
        "walkthrough": lambda: ("step.html", "text/html", lines.explanation.to_html().encode()),
        "csv": lambda: ("curves.csv", "text/csv", _curves(world)),
    }
    if kind not in kinds:
        raise UnknownName("kind of file", kind, list(kinds))
    return kinds[kind]()


def _weights(world: World) -> bytes:
    """A model file; where the library is not at hand, as in a browser, written by its format."""
    try:
        from chainrule.files.safetensors import content

        return content(world.course.model)
    except ImportError:
        return plain_safetensors(world)


def plain_safetensors(world: World) -> bytes:
    """The bytes of a safetensors file: the header's length, the header, the numbers one after the other.

    Source: the format's description in the documentation of safetensors.
    """
    from chainrule.files.safetensors import checksum

    document, arrays = describe(world.course.model)
    text = json.dumps(document)
    header: dict[str, object] = {"__metadata__": {"chainrule": text, "sha256": checksum(text, arrays)}}
    at, parts = 0, []
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        dtype = {"f8": "F64", "f4": "F32", "i8": "I64", "i4": "I32", "u1": "U8"}[array.dtype.str[1:]]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
        parts.append(data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(parts)


def _script(world: World) -> str:
    """The script of this training, from the beginning."""
    training, course = world.settings["training"], world.course
    epochs = max(1, course.epoch[0] + (course.epoch[1] > 0))
    return script(
        course.model, course.optimizer, epochs, training["batch"], training["shuffle"], training["seed"]
    )


def _curves(world: World) -> bytes:
    text = io.StringIO()
    np.savetxt(text, world.course.curve.array(), "%.10g", ",", header=COLUMNS, comments="")
    return text.getvalue().replace("nan", "").encode()
