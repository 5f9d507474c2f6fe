"""ONNX models as messages: from a file, from bytes; what is no model, or too new, is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainrule.errors import ChainruleError, FileError, InputError, KindError, MissingPackage
from chainrule.utils.files import as_path

LARGEST = 2**31 - 1  # bytes that a message of Protocol Buffers may have
IR_VERSIONS = (3, 14)
TEXT, MESSAGE = 9, 11  # kinds of fields, by the numbers of Protocol Buffers
OPSETS = {"": (7, 28), "ai.onnx.ml": (1, 5)}


def library() -> Any:
    """The package onnx."""
    try:
        import onnx
    except ImportError as error:
        raise MissingPackage("onnx", "reading an ONNX model") from error
    return onnx


def opened(source: Any) -> tuple[Any, Path | None]:
    """The model, and the folder of its file, in which the numbers of larger ones stand.

    Parameters
    ----------
    source : a path, the bytes of a file, or an onnx.ModelProto

    Raises
    ------
    FileError : for a file or bytes that are no such model, damaged, or newer than what chainrule reads
    KindError : for something else
    MissingPackage : if onnx is not installed
    """
    onnx = library()
    if isinstance(source, onnx.ModelProto):
        return _checked(source, "the model"), None
    if isinstance(source, bytes | bytearray | memoryview):
        return _parsed(onnx, bytes(source), "the bytes"), None
    try:
        path = as_path(source)
    except KindError:
        raise KindError(
            f"{type(source).__name__} is no ONNX model: give a file's name, the bytes of a file, or an onnx.ModelProto."
        ) from None
    return _parsed(onnx, _read(path), str(path)), path.parent


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise FileError(
                f"{path} has more than {LARGEST:,} bytes, and no ONNX model has: its numbers would be beside it."
            )
        return path.read_bytes()
    except OSError as error:
        if isinstance(error, ChainruleError):
            raise
        raise FileError(f"{path} can't be read: {error.strerror}.") from error


def _parsed(onnx: Any, content: bytes, what: str) -> Any:
    if not content:
        raise FileError(f"{what} {_be(what)} empty: give an ONNX model.")
    try:
        model = onnx.ModelProto.FromString(content)
    except Exception as error:  # the parser raises what it likes, and all of it means the same
        raise FileError(f"{what} {_be(what)} no ONNX model, or one that is damaged or cut short.") from error
    return _checked(model, what)


def _be(what: str) -> str:
    return "are" if what == "the bytes" else "is"


def _checked(model: Any, what: str) -> Any:
    least, most = IR_VERSIONS
    if not model.HasField("graph") or not model.graph.node or not model.ir_version:
        raise FileError(f"{what} {_be(what)} no ONNX model, or one that is damaged or cut short.")
    if not _is_text(model):
        raise FileError(f"{what} {_be(what)} an ONNX model with a name that is no text: it is damaged.")
    if not least <= model.ir_version <= most:
        raise FileError(
            f"{what} {_be(what)} an ONNX model of the format's version {model.ir_version}, and chainrule reads "
            f"{least} to {most}: {_advice(model.ir_version > most)}."
        )
    versions = {each.domain if each.domain != "ai.onnx" else "": each.version for each in model.opset_import}
    if "" not in versions:
        raise FileError(f"{what} {_be(what)} an ONNX model that names no opset: it is damaged or cut short.")
    for domain, (first, last) in OPSETS.items():
        version = versions.get(domain, last)
        if not first <= version <= last:
            raise FileError(
                f"{what} {_be(what)} an ONNX model of opset {version}{f' of {domain}' if domain else ''}, and "
                f"chainrule reads {first} to {last}: {_advice(version > last)}."
            )
    return model


def _is_text(message: Any) -> bool:
    """Whether what is to be text in a message is some; the parser lets any bytes pass."""
    for descriptor, value in message.ListFields():
        if descriptor.type not in (TEXT, MESSAGE):
            continue
        single = isinstance(value, str | bytes) or hasattr(value, "ListFields")
        for each in [value] if single else value:
            if not (isinstance(each, str) if descriptor.type == TEXT else _is_text(each)):
                return False
    return True


def _advice(newer: bool) -> str:
    if newer:
        return "export it with an older opset, or update with: pip install --upgrade chainrule"
    return "bring it up to date with onnx.version_converter, or export it again"


def inside(folder: Path | None, location: str, place: str) -> Path:
    """The path of a file of numbers beside the model; raises where that is somewhere else."""
    if folder is None:
        raise InputError(
            f"{place} has its numbers in another file, {location!r}, beside the model: give the path of the model."
        )
    try:
        home = folder.resolve()
        path = (home / location).resolve()
        outside = not path.is_relative_to(home) or "\\" in location
    except (OSError, ValueError, RuntimeError):
        outside = True
    if outside:
        raise InputError(
            f"{place} has its numbers in {location!r}, outside the model's folder, where chainrule reads nothing: copy "
            "that file into the folder and name it so in the model, or save the model in one piece by onnx.save_model."
        )
    return path
