"""Networks as safetensors files: data alone, never code, and nothing is unpickled.

The tensors are the parameters by name, and the constants of the layers (`chainrule.files.document`). The
metadata holds two texts: ``chainrule``, the description of the network as JSON, and ``sha256``, a checksum
over the description and all tensors, so that damage to a weight does not pass for training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from chainrule.errors import ChainruleError, FileError, InputError, MissingPackage
from chainrule.files.document import build, describe
from chainrule.model.model import Model
from chainrule.parts.contract import Array
from chainrule.utils.files import as_path, replacing

M = TypeVar("M", bound=Model)


def save(network: Model, path: Any) -> None:
    """Write a network to a safetensors file: all at once, or not at all.

    Stored are the layers with their settings and scaling, the loss, the parameters, which of them are frozen,
    and the names of features and classes. The state of an optimizer is the optimizer's, and is not.

    Parameters
    ----------
    network : any network of chainrule's own parts
    path : the file, e.g. ``"model.safetensors"``; one that is there is replaced

    Raises
    ------
    KindError : for a network with code of one's own, which a file can't hold; for a path that is none
    InputError : for a network that could not be loaded again, such as one with a weight that is NaN
    FileError : if the file can't be written there
    MissingPackage : if safetensors is not installed
    """
    place, written = as_path(path), content(network)
    with replacing(place) as file:
        file.write(written)


def content(network: Model) -> bytes:
    """What a network's file holds; raises as `save` does."""
    import json

    _library()  # that it is missing is told first
    document, arrays = describe(network)
    try:
        build(Model, document, arrays)  # what can't be read back is not written
    except ChainruleError as error:
        raise InputError(f"the network can't be saved: {error}") from error
    text = json.dumps(document)
    return tensors({"chainrule": text, "sha256": checksum(text, arrays)}, arrays)


def load(kind: type[M], path: Any) -> M:
    """The network in a file, as one of that kind; see `chainrule.load`."""
    import json

    place = as_path(path)
    metadata, arrays = _read(place)
    try:
        network = build(kind, json.loads(metadata["chainrule"]), arrays)
    except ChainruleError as error:
        raise FileError(f"{place} can't be loaded: {error}") from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"{place} can't be loaded: its description is damaged, and no JSON.") from error
    if metadata.get("sha256") != checksum(metadata["chainrule"], arrays):
        raise FileError(
            f"{place} can't be loaded: it is damaged. Its numbers or names are not those that were "
            "written (their SHA-256 differs). Take another copy, or save the network again."
        )
    return network


def _read(path: Any) -> tuple[dict[str, str], dict[str, Array]]:
    metadata, arrays = read_tensors(path, "Take a file that net.save wrote.", "chainrule")
    if "chainrule" not in metadata:
        raise FileError(
            f"{path} is a safetensors file of something else: it does not say what network its numbers "
            "belong to. Take a file that net.save wrote."
        )
    return metadata, arrays


def read_tensors(path: Any, instead: str, key: str) -> tuple[dict[str, str], dict[str, Array]]:
    """The texts and the arrays of a safetensors file; no arrays where it lacks the text of that key.

    Raises
    ------
    FileError : for a file that can't be read, or is none; it ends with what to do instead
    """
    library = _library()
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise FileError(f"{path} can't be read: {error.strerror}.") from error
    try:
        with library.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            names = file.keys() if key in metadata else []
            arrays = {name: file.get_tensor(name) for name in names}
        if any(array.dtype.kind == "V" for array in arrays.values()):
            raise TypeError(
                "numbers that NumPy lacks, which another package has brought"
            )  # as it is without that
    except Exception as error:  # the parser raises what it likes, and all of it means the same
        if not start:
            what = "is empty"
        elif start[8:] == b"{":
            what = "is a safetensors file that is damaged or cut short"
        else:
            what = "is no safetensors file"
        raise FileError(f"{path} {what}. {instead}") from error
    return metadata, arrays


def tensors(texts: Mapping[str, str], arrays: Mapping[str, Array]) -> bytes:
    """What a safetensors file of such texts and arrays holds."""
    written: bytes = _library().numpy.save(dict(arrays), dict(texts))
    return written


def checksum(text: str, arrays: Mapping[str, Array]) -> str:
    """What tells that a file is as it was written: over the description and all tensors."""
    import hashlib

    found = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        found.update(arrays[name].astype(arrays[name].dtype.newbyteorder("<"), copy=False).tobytes())
    return found.hexdigest()


def _library() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MissingPackage("safetensors", "reading and writing model files") from error
    return safetensors
