"""What a user gives with client: files, Dask arrays, and what is refused, in whole sentences."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ChainruleError, FileError, InputError, KindError
from chunked import ROWS, as_dask, network, samples, trained


def said(kind: type[ChainruleError], client: Any = "here", net: Any = None, **given: Any) -> str:
    with pytest.raises(kind) as error:
        trained(client, net, **given)
    return str(error.value)


# --- files ---------------------------------------------------------------------------------------------------


def in_files(folder: Path, kind: str) -> tuple[Any, Any]:
    """The chunks as files, and what y is beside them."""
    X, y = samples()
    found, others, start = [], [], 0
    for number, rows in enumerate(ROWS):
        part, path = slice(start, start + rows), folder / f"part-{number}.{kind}"
        if kind == "npz":
            np.savez(path, X=X[part], y=y[part])
        elif kind == "npy":
            np.save(path, X[part])
            others.append(str(folder / f"y-{number}.npy"))
            np.save(others[-1], y[part])
        else:
            head = ",".join([*(f"x{j}" for j in range(8)), "kind"])
            np.savetxt(
                path, np.column_stack([X[part], y[part]]), delimiter=",", header=head, comments="",
                fmt=["%.17g"] * 8 + ["%d"],
            )  # fmt: skip
        found.append(path)
        start += rows
    return found, {"npz": None, "npy": others, "csv": "kind"}[kind]


@pytest.mark.parametrize("kind", ["npz", "npy", "csv"])
def test_files_are_chunks(tmp_path: Path, kind: str):
    X, y = in_files(tmp_path, kind)
    net = network()
    history = net.fit(
        X, y, client="here", epochs=2, batch_size=200, engine="numpy", progress=False,
        optimizer=cr.Adam(0.01, clip=cr.ClipNorm(1.0)),
    )  # fmt: skip
    expected, whole = trained("here")
    assert (net.parameters.flat == expected.parameters.flat).all()
    assert history.accuracy == whole.accuracy


def fitted(X: Any, y: Any, kind: type[ChainruleError]) -> str:
    with pytest.raises(kind) as error:
        network().fit(X, y, client="here", progress=False)
    return str(error.value)


def test_files_that_are_refused(tmp_path: Path):
    X, y = in_files(tmp_path, "npy")
    assert fitted(X, None, InputError) == (
        "X is 5 .npy files, which hold X alone: give y as a list of as many, in the same order."
    )
    assert fitted([*X, "a.npz"], y, InputError) == (
        "X mixes .npy files, whose y stands in files of its own, with others: give files of one kind."
    )
    assert fitted(["a.npz"], "price", InputError) == (
        "the files of X hold y, too: give y=None or, of tables, the name of the column, such as y='price'."
    )
    assert fitted(["a.pkl"], None, InputError) == (
        "a.pkl is of no kind that chunks are read from: give .npy, .npz, or tables such as .csv."
    )
    missing = tmp_path / "none.npz"
    assert str(missing) in fitted([missing], None, FileError)
    np.savez(tmp_path / "other.npz", X=np.ones((3, 8)), note=1)
    assert fitted([tmp_path / "other.npz"], None, FileError) == (
        f"{tmp_path / 'other.npz'} holds X, note, and lacks y. Save both: np.savez(…, X=X, y=y)."
    )
    np.save(tmp_path / "short.npy", np.ones(3))
    assert fitted(X[:1], [tmp_path / "short.npy"], InputError) == (
        f"{X[0]}: y has the shape (3,) for 217 samples and 3 outputs: it must be (217,) or (217, 3)."
    )


# --- tables --------------------------------------------------------------------------------------------------


def tables(folder: Path, *texts: str) -> list[Path]:
    found = [folder / f"part-{number}.csv" for number in range(len(texts))]
    for path, text in zip(found, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return found


def labelled(zero: Any, one: Any) -> list[str]:
    """The tables, with others in place of the targets 0 and 1."""
    return [
        re.sub(r"[01]$", lambda found: str([zero, one][int(found[0])]), text, flags=re.M) for text in ALIKE
    ]


def of_tables(paths: list[Path], y: str | None = "k", **settings: Any) -> cr.Network:
    net = cr.Network([2, 3, 2], seed=0, **settings)
    net.fit(paths, y, client="here", epochs=3, batch_size=2, optimizer="adam", progress=False)
    return net


ALIKE = "a,b,k\n1,2,0\n3,5,1\n", "a,b,k\n4,4,1\n0,1,0\n"
MOVED = "k,b,note,a\n1,4,x,4\n0,1,y,0\n"  # the second one's rows


def test_columns_that_a_network_names_are_taken_by_name(tmp_path: Path):
    expected = of_tables(tables(tmp_path, *ALIKE))
    assert expected.features == ("a", "b")  # which it knows from now on, as of a table in this process
    for features in (["a", "b"], None):
        assert (
            of_tables(tables(tmp_path, *ALIKE), features=features).parameters.flat == expected.parameters.flat
        ).all()
    net = of_tables(tables(tmp_path, ALIKE[0], MOVED), features=["a", "b"])
    assert (net.parameters.flat == expected.parameters.flat).all()
    other = of_tables(tables(tmp_path, ALIKE[0], MOVED), features=["b", "a"])
    assert (other.parameters.flat != expected.parameters.flat).any()


BY_NAME = (
    ": write the tables alike, or name the columns, features=[…] of the network and y='…', which are then taken by "
    "name."
)


@pytest.mark.parametrize(
    ("text", "y", "what"),
    [
        ("b,a,k\n4,4,1\n1,0,0\n", "k", "feature 1 of {1} is 'b', and of {0} it is 'a'"),
        ("a,c,k\n4,4,1\n0,1,0\n", "k", "feature 2 of {1} is 'c', and of {0} it is 'b'"),
        ("a,b,k\n4,4 %,1\n0,1 %,0\n", "k", "feature 2 of {1} is 'b' in %, and of {0} it is 'b'"),
        ("a,b,l\n4,4,1\n0,1,0\n", None, "the target of {1} is 'l', and of {0} it is 'k'"),
        ("4,4,1\n0,1,0\n7,8,1\n", None, "feature 1 of {1} is 'c1', and of {0} it is 'a'"),
    ],
)
def test_tables_of_other_columns_are_refused(tmp_path: Path, text: str, y: str | None, what: str):
    paths = tables(tmp_path, ALIKE[0], text)
    with pytest.raises(InputError) as error:
        of_tables(paths, y)
    assert str(error.value) == what.format(*paths) + BY_NAME


def test_a_column_that_a_table_lacks(tmp_path: Path):
    paths = tables(tmp_path, *ALIKE)
    with pytest.raises(InputError) as error:
        of_tables(paths, features=["a", "c"])
    assert str(error.value) == (
        f"{paths[0]}: there is no column 'c'. There is: a, b, k. These are the columns of {paths[0]}."
    )


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (["no", "yes"], ("no", "yes")),
        (["yes", "no"], ("no", "yes")),
        (["true", "false"], ("false", "true")),
        (["red", "blue"], ("red", "blue")),
        (["2", "1"], ("1", "2")),
        (["1", "0"], ("0", "1")),
        (["cat", "dog"], ("0", "1")),
    ],
)
def test_classes_are_those_of_the_network(tmp_path: Path, classes: list[str], names: tuple[str, str]):
    codes = [classes.index(name) if name in classes else code for code, name in enumerate(names)]
    expected = of_tables(tables(tmp_path, *labelled(*codes)))
    net = of_tables(tables(tmp_path, *labelled(*names)), classes=classes)
    assert (net.parameters.flat == expected.parameters.flat).all()


def test_a_class_that_the_network_does_not_know(tmp_path: Path):
    paths = tables(tmp_path, *labelled("red", "blue"))
    with pytest.raises(InputError) as error:
        of_tables(paths, classes=["red", "green"])
    assert str(error.value) == f"{paths[0]}: there is no class 'blue'. There is: red, green."


# --- arrays --------------------------------------------------------------------------------------------------


def test_arrays_in_other_columns_and_with_empty_chunks():
    X, y = samples()
    net, _ = trained(
        "here",
        X=da.concatenate([as_dask(X)[:217], as_dask(X)[:0], as_dask(X)[217:]]).rechunk({1: 3}),
        y=y,
    )
    assert (net.parameters.flat == trained("here")[0].parameters.flat).all()


def test_arrays_that_are_refused():
    X, y = samples()
    must = (
        "with client give a Dask array, such as dask.array.from_array(X, chunks=(100_000, -1)), or a list of files, "
        ".npy, .npz or tables. Its chunks decide the order of the sums."
    )
    assert said(KindError, X=X) == f"X is an array in this process: {must}"
    assert said(KindError, X=[]) == f"X is a list of 0, which is empty: {must}"
    assert said(InputError, X=as_dask(X)[:, :3]) == (
        "X has the shape (1003, 3): it must be (samples, 8), one column for each input of the network."
    )
    assert said(InputError, y=as_dask(y).rechunk(100)) == (
        "the chunks of y are others than those of X: y has 11 chunks of 100, 100, 100, 100, … rows, X has 5 chunks of "
        "217, 217, 217, 217, … rows. Write y = y.rechunk({0: X.chunks[0]})."
    )
    assert said(InputError, y=y[:5]) == (
        "y has the shape (5,), and X has 1003 rows: give as many, as (1003,) or (1003, outputs)."
    )
    dask = as_dask(X)
    assert said(InputError, X=dask[dask[:, 0] > 0]) == (
        "X has chunks of unknown sizes (nan), and a step is made of known rows: write X = X.compute_chunk_sizes(), or "
        "X.to_dask_array(lengths=True) of a table."
    )
    X[500, 3] = np.nan
    assert said(InputError, X=as_dask(X)) == (
        "chunk 3 (rows 434 to 650): X[66, 3] is nan: every entry must be finite."
    )
    assert said(InputError, y=as_dask(y + 0.5)) == (
        "chunk 1 (rows 0 to 216): y[0] is 1.5: class labels are whole numbers 0 to 2."
    )


# --- what would be another training --------------------------------------------------------------------------


def test_rules_that_look_at_all_samples_are_refused():
    class Centered(cr.Layer):
        gives = "centered"

        def forward(self, q: Any) -> None:
            q.centered = q.x - q.x.sum(axis=0) / q.m

    class Counting(cr.Layer):
        gives = "shared"

        def forward(self, q: Any) -> None:
            q.shared = q.x / q.m

    for layer in (Centered(), Counting()):
        net = cr.Network([cr.Dense(8, 4), layer, cr.ReLU(), cr.Dense(4, 3), cr.Softmax()])
        assert said(InputError, net=net) == (
            "the loss of a sample depends on other samples of its step, and each worker sees its own alone: with "
            "client it would be another training. Take rules that look at each sample, or train without client."
        )
    net = cr.Network([cr.Dense(8, 4), cr.BatchNorm(), cr.ReLU(), cr.Dense(4, 3), cr.Softmax()])
    assert said(InputError, net=net) == (
        "batch norm looks at all samples of a step together, or remembers them, and each worker sees its own alone: "
        "with client it would be another network. Take a layer that looks at each sample, such as layer normalization, "
        "or train without client."
    )
    net = cr.Network([8, 4, 3], output="identity", loss="triplet")
    assert said(InputError, net=net, y=None) == (
        "triplet compares samples in groups of 3, which chunks and their orders would part: take another loss, or "
        "train without client."
    )


def test_layers_that_look_at_each_sample_go():
    net = cr.Network([cr.Dense(8, 4), cr.LayerNorm(), cr.ReLU(), cr.Dense(4, 3), cr.Softmax()])
    assert trained("here", net)[1].epochs == 2


def test_arguments_that_are_refused():
    cases = {
        "transform": (
            lambda X, rng: X,
            "a transform draws from one generator, step after step, and pieces of a step are taken anywhere",
        ),
        "order": (
            lambda: np.arange(3),
            "an order of your own numbers all rows, and a chunk's rows are ordered where they lie",
        ),
        "class_weight": (
            "balanced",
            "class_weight asks for the labels of all samples before the first step: give sample_weight",
        ),
    }
    for name, (given, why) in cases.items():
        assert (
            said(InputError, **{name: given}) == f"{name} does not go with client: {why}. Leave {name} out."
        )


def test_clients_that_are_none():
    for given, shown in ((3, "3"), ("there", "'there'"), (samples, "a function")):
        assert said(KindError, client=given) == (
            f"client = {shown} is no client of a cluster: give a dask.distributed.Client, or 'here' to train on the "
            "same chunks in this process."
        )


def test_without_dask(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert said(cr.errors.MissingPackage, client=3) == (
        "training on a cluster needs the package 'chainrule[dask]'. Install it with: pip install 'chainrule[dask]'"
    )
