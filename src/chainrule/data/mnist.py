"""MNIST: 70,000 handwritten digits of 28 × 28 pixels, from a folder or from the network.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86 (1998).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from chainrule.data.data_set import DataSet
from chainrule.data.idx import read_idx
from chainrule.data.idx_folders import FILES, find_file, read_idx_folder
from chainrule.errors import FileError, MissingPackage
from chainrule.utils import checks
from chainrule.utils.files import as_path

VARIABLE = "CHAINRULE_DATA"

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://sagemaker-sample-files.s3.amazonaws.com/datasets/image/MNIST/",
)
"""Where the gzipped files are downloaded from; each is tried until one works."""

# of the unpacked bytes: the mirrors pack the same files differently
SHA256 = dict(
    zip(
        FILES,
        (
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        strict=True,
    )
)

TIMEOUT = 15.0  # seconds without an answer, after which the next mirror is tried


def load_mnist(data_dir: str | os.PathLike[str] | None = None, *, raw: bool = False) -> DataSet:
    """Load MNIST from the first folder that has it, or download it to the user's cache.

    Parameters
    ----------
    data_dir : a folder to look in first, itself and its subfolder ``mnist``; then come the folder named by
        the variable CHAINRULE_DATA, likewise, and the user's cache
    raw : give the pixels as uint8 0 … 255 instead of float32 in [0, 1]

    Raises
    ------
    FileError : no such folder, a file with another SHA-256 than MNIST's, or neither data nor network
    MissingPackage : it has to be downloaded, and pooch is not installed
    """
    raw = checks.truth(raw, "raw")
    if data_dir is not None and not os.path.isdir(as_path(data_dir)):
        raise FileError(f"there is no folder {data_dir}. Name one that holds MNIST's files, or none.")
    places = _places(data_dir)
    folder = next((place for place in places if all(find_file(place, name) for name in FILES)), None)
    return read_idx_folder(folder or _download(_cache()), target="digit", raw=raw, sha256=SHA256)


def _places(data_dir: str | os.PathLike[str] | None) -> Iterator[Path]:
    for folder in (data_dir, os.environ.get(VARIABLE)):
        if folder:
            yield as_path(folder)
            yield as_path(folder) / "mnist"
    yield _cache()  # last, since it needs pooch


def _cache() -> Path:
    try:
        import pooch
    except ImportError:
        raise MissingPackage("pooch", "Downloading MNIST") from None
    return Path(pooch.os_cache("chainrule")) / "mnist"


def _download(folder: Path) -> Path:
    """Bring what the folder lacks; a file gets there whole and with the right SHA-256, or not at all."""
    try:
        from requests import RequestException  # which pooch itself imports no earlier
    except ImportError:
        raise MissingPackage("pooch", "Downloading MNIST") from None
    failures = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for mirror in MIRRORS:
            name = ""
            try:
                for name in FILES:
                    if find_file(folder, name) is None:
                        _download_file(mirror, name, folder)
                return folder
            except RequestException as error:
                answer = (
                    "could not be reached"
                    if error.response is None
                    else f"answered {error.response.status_code}"
                )
                failures.append(f"{mirror} {answer}")
            except FileError:
                failures.append(f"{mirror} sent a {name}.gz with a wrong SHA-256")
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"MNIST can't be saved in {folder}: {error.strerror}.") from error
    raise FileError(
        f"MNIST is not on this computer and could not be downloaded ({'; '.join(failures)}). Put "
        f"{', '.join(f'{name}.gz' for name in FILES)} into {folder}, or into a folder that you name with "
        f"data_dir (--data-dir) or the variable {VARIABLE}."
    )


def _download_file(mirror: str, name: str, folder: Path) -> None:
    import tempfile

    import pooch

    # beside its place, so that the rename is one step on one disk
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        path = Path(beside) / f"{name}.gz"
        # pooch's own hash would be of the packed file. Not streamed: a refused stream leaves its socket open
        pooch.HTTPDownloader(timeout=TIMEOUT, stream=False)(mirror + path.name, str(path), None)
        read_idx(path, sha256=SHA256[name])
        path.replace(folder / path.name)
