"""A `.keras` file: a zip with a description in JSON and numbers in HDF5. It is data, and believed in nothing."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any, Self

from chainrule.errors import FileError, MissingPackage
from chainrule.parts.contract import Array
from chainrule.utils.files import as_path

DESCRIPTION, NUMBERS = "config.json", "model.weights.h5"
MOST_TEXT = 2**24  # bytes of a description
DENSEST = 20  # how many times larger than in the file numbers may be; Keras packs nothing


class KerasFile:
    """A file's description, `model`, and its arrays by their path.

    Only arrays that stand in the file as they are, byte by byte, are read, so none takes more memory than the file
    has bytes: none that is packed, made up, or in another file, which HDF5 could all do.

    Raises
    ------
    FileError : for a file that is missing, damaged, or of something else
    MissingPackage : if h5py is not installed
    """

    def __init__(self, path: Any) -> None:
        self.path = str(as_path(path))
        try:
            import h5py
        except ImportError as error:
            raise MissingPackage("h5py", "reading a .keras file") from error
        self._h5py = h5py
        try:
            with zipfile.ZipFile(self.path) as archive:
                text = self._member(archive, DESCRIPTION, MOST_TEXT)
                numbers = self._member(archive, NUMBERS, None)
        except OSError as error:
            if isinstance(error, FileError):
                raise
            raise FileError(f"{self.path} can't be read: {error.strerror or error}.") from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise FileError(f"{self.path} is no .keras file, or is damaged ({error}).") from error
        try:
            self.model: dict[str, Any] = json.loads(text)
            self.model["config"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FileError(
                f"{self.path} is damaged: its {DESCRIPTION} is no description of a model."
            ) from error
        try:
            self._numbers = h5py.File(io.BytesIO(numbers), "r")
        except (OSError, ValueError, RuntimeError) as error:
            raise FileError(f"{self.path} is damaged: its {NUMBERS} is no HDF5.") from error

    def _member(self, archive: zipfile.ZipFile, name: str, most: int | None) -> bytes:
        if name not in archive.namelist():
            raise FileError(
                f"{self.path} is no .keras file of Keras 3: it has no {name}. Write it by model.save."
            )
        info = archive.getinfo(name)
        most = DENSEST * info.compress_size + 2**16 if most is None else most
        if info.file_size > most:
            raise FileError(
                f"{self.path} can't be read: its {name} says it has {info.file_size:,} bytes, and {most:,} are the "
                "most for a file of this size."
            )
        with archive.open(info) as file:
            found = file.read(most + 1)
        if len(found) != info.file_size:
            raise FileError(f"{self.path} is damaged: its {name} is not as long as it says.")
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._numbers.close()

    def arrays(self, path: str) -> list[Array]:
        """The arrays of a layer in Keras's order."""
        try:
            group = self._group(path)
            names = [] if group is None else sorted(group, key=int)
            return [self._array(group, f"{path}/{name}", name) for name in names]
        except FileError:
            raise
        except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
            raise FileError(f"{path} can't be read ({error}).") from error

    def _group(self, path: str) -> Any:
        """The group at a path, of this file alone; None if there is none, as for layers without arrays."""
        group = self._numbers
        for name in path.split("/"):
            link = group.get(name, getlink=True)
            if link is None:
                return None
            if not isinstance(link, self._h5py.HardLink):
                raise FileError(f"{path} is a link to somewhere else: Keras writes none.")
            group = group[name]
            if not isinstance(group, self._h5py.Group):
                raise FileError(f"{path} is no group of arrays.")
        return group

    def _array(self, group: Any, path: str, name: str) -> Array:
        link = group.get(name, getlink=True)
        found = group[name] if isinstance(link, self._h5py.HardLink) else None
        plain = (
            isinstance(found, self._h5py.Dataset)
            and found.chunks is None
            and not found.is_virtual
            and found.external is None
            and found.shape is not None
        )
        if found is None or not plain:
            raise FileError(f"{path} does not stand in the file as plain numbers, which Keras writes.")
        if found.dtype.kind not in "fi" or found.id.get_storage_size() != found.size * found.dtype.itemsize:
            raise FileError(f"{path} is no array of numbers that is whole.")
        array: Array = found[()]
        return array
