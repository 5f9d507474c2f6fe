from __future__ import annotations

import gzip
import hashlib
import http.server
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pooch
import pytest

from chainrule.data import load, mnist
from chainrule.errors import FileError

# as the issue gives them
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
GZ = [f"{name}.gz" for name in SHA256]
PUT = (
    "Put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
    "t10k-labels-idx1-ubyte.gz into {}, or into a folder that you name with data_dir (--data-dir) or the "
    "variable "
    "CHAINRULE_DATA."
)

Serve = Callable[[Path], str]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no other folder to look in."""
    monkeypatch.delenv("CHAINRULE_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    return tmp_path / "cache" / "chainrule" / "mnist"


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A function that serves a folder over HTTP on this machine and gives its address."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = []

    def start(folder: Path) -> str:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(folder))

            def log_message(self, *args: Any) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def nobody() -> str:
    """An address on this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/"


def test_the_hashes_are_those_of_the_issue() -> None:
    assert mnist.SHA256 == SHA256


def test_the_mirrors_are_https() -> None:
    assert len(mnist.MIRRORS) >= 2
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in mnist.MIRRORS)


def test_the_published_facts(mnist_folder: Path) -> None:
    data = load("mnist", data_dir=mnist_folder)
    (X, y), (Xt, yt) = data
    assert (X.shape, X.dtype, Xt.shape, Xt.dtype) == ((60000, 784), np.float32, (10000, 784), np.float32)
    assert (X.min(), X.max(), y.dtype) == (0, 1, np.int64)
    assert y[:5].tolist() == [5, 0, 4, 1, 9]
    assert yt[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(y).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(yt).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # the mean and standard deviation that everybody normalizes with
    assert X.mean(dtype=np.float64) == pytest.approx(0.1307, abs=5e-5)
    assert X.std(dtype=np.float64) == pytest.approx(0.3081, abs=5e-5)
    assert data.classes == tuple("0123456789")
    assert (data.target, data.kind, data.features[29]) == ("digit", "classification", "pixel_1_1")
    assert repr(data) == (
        "<DataSet: 60000 samples and 10000 for the test, 784 features, 10 classes of 'digit'>"
    )


def test_raw_pixels_are_the_bytes_of_the_file(mnist_folder: Path) -> None:
    (X, _), (Xt, _) = load("mnist", data_dir=mnist_folder, raw=True)
    unpacked = gzip.decompress((mnist_folder / "t10k-images-idx3-ubyte.gz").read_bytes())
    assert (X.dtype, X.shape) == (np.uint8, (60000, 784))
    assert Xt.tobytes() == unpacked[16:]


@pytest.mark.parametrize("way", ["data_dir", "its parent", "variable", "variable's parent", "cache"])
def test_where_it_looks(
    mnist_folder: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(mnist, "MIRRORS", ())
    folder = cache if way == "cache" else tmp_path / "data" / "mnist"
    folder.parent.mkdir(parents=True)
    folder.symlink_to(mnist_folder, target_is_directory=True)
    place = folder.parent if "parent" in way else folder
    if "variable" in way:
        monkeypatch.setenv("CHAINRULE_DATA", str(place))
    data_dir = place if way in ("data_dir", "its parent") else None
    assert len(load("mnist", data_dir=data_dir, raw=True).train[1]) == 60000


def test_data_dir_comes_before_the_variable(
    mnist_folder: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in GZ:
        (tmp_path / name).write_bytes(b"no IDX")
    monkeypatch.setenv("CHAINRULE_DATA", str(tmp_path))
    assert len(load("mnist", data_dir=mnist_folder, raw=True).train[1]) == 60000


def test_a_sibling_under_the_same_names_is_not_mnist(mnist_folder: Path, tmp_path: Path) -> None:
    # the test files under the names of the train files, as a sibling has other bytes under these names
    for name in GZ:
        shutil.copy(mnist_folder / name.replace("train", "t10k"), tmp_path / name)
    with pytest.raises(FileError) as caught:
        load("mnist", data_dir=tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/train-images-idx3-ubyte.gz is not the file it should be: the SHA-256 of its unpacked "
        "bytes is "
        "0fa7898d5092…, not ba891046e650…. Get it again or, if it is another data set, load its folder by "
        "its path."
    )
    assert len(load(tmp_path, raw=True).train[1]) == 10000


def test_no_such_data_dir(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        load("mnist", data_dir=tmp_path / "none")
    assert str(caught.value) == (
        f"there is no folder {tmp_path / 'none'}. Name one that holds MNIST's files, or none."
    )


def test_download_passes_over_broken_mirrors(
    mnist_folder: Path,
    tmp_path: Path,
    cache: Path,
    serve: Serve,
    nobody: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "empty").mkdir()
    mirrors = (nobody, serve(tmp_path / "empty"), serve(mnist_folder))
    monkeypatch.setattr(mnist, "MIRRORS", mirrors)
    (_, y), _ = load("mnist", raw=True)
    assert y[:5].tolist() == [5, 0, 4, 1, 9]
    assert sorted(path.name for path in cache.iterdir()) == sorted(GZ)
    for name, sha256 in SHA256.items():
        unpacked = gzip.decompress((cache / f"{name}.gz").read_bytes())
        assert hashlib.sha256(unpacked).hexdigest() == sha256
    # the second time nothing is downloaded
    monkeypatch.setattr(mnist, "MIRRORS", ())
    assert len(load("mnist", raw=True).train[1]) == 60000


def test_a_mirror_that_breaks_off_is_taken_up_by_the_next(
    mnist_folder: Path, tmp_path: Path, cache: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, names in ((first, GZ[:2]), (second, GZ[2:])):
        folder.mkdir()
        for name in names:
            shutil.copy(mnist_folder / name, folder / name)
    monkeypatch.setattr(mnist, "MIRRORS", (serve(first), serve(second)))
    assert len(load("mnist", raw=True).train[1]) == 60000
    assert sorted(path.name for path in cache.iterdir()) == sorted(GZ)


@pytest.mark.parametrize("damage", ["another file", "one byte", "cut", "web page"])
def test_a_wrong_hash_leaves_nothing_behind(
    mnist_folder: Path,
    tmp_path: Path,
    cache: Path,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    right = (mnist_folder / "t10k-labels-idx1-ubyte.gz").read_bytes()
    unpacked = bytearray(gzip.decompress((mnist_folder / GZ[1]).read_bytes()))
    unpacked[-1] ^= 1
    wrong = {
        "another file": right,
        "one byte": gzip.compress(unpacked),
        "cut": right[:100],
        "web page": b"<html>Please log in.</html>",
    }
    for name in GZ:
        (folder / name).write_bytes(wrong[damage])
    mirror = serve(folder)
    monkeypatch.setattr(mnist, "MIRRORS", (mirror,))
    with pytest.raises(FileError) as caught:
        load("mnist")
    assert str(caught.value) == (
        "MNIST is not on this computer and could not be downloaded "
        f"({mirror} sent a train-images-idx3-ubyte.gz with a wrong SHA-256). " + PUT.format(cache)
    )
    assert list(cache.iterdir()) == []


def test_without_network_or_data_one_line_says_what_to_do(
    tmp_path: Path, cache: Path, serve: Serve, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    empty = serve(tmp_path / "empty")
    monkeypatch.setattr(mnist, "MIRRORS", (nobody, empty))
    with pytest.raises(FileError) as caught:
        load("mnist", data_dir=tmp_path / "empty")
    assert str(caught.value) == (
        "MNIST is not on this computer and could not be downloaded "
        f"({nobody} could not be reached; {empty} answered 404). " + PUT.format(cache)
    )
    assert "\n" not in str(caught.value)


def test_a_cache_that_can_not_be_written(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(FileError) as caught:
        load("mnist")
    assert str(caught.value) == f"MNIST can't be saved in {cache}: Not a directory."
