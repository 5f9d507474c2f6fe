"""Columns of a table as lines of the program: what scikit-learn's imputer, scaler and encoder make of them."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import chainrule as cr
from chainrule.errors import Diverged, FileError, InputError, KindError
from chainrule.network import load

ROWS = 60


def table(seed: int = 0) -> pd.DataFrame:
    """A number that may be missing, a colour that may be missing or rare, a date, yes and no, and whole numbers."""
    rng = np.random.default_rng(seed)
    size = np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(120, 30, ROWS))
    colour = rng.choice(np.array(["red", "blue", "green"], object), ROWS)
    colour[[3, 40]] = None
    colour[[7, 20]] = ["mauve", "ochre"]
    days = pd.to_timedelta(rng.integers(0, 300, ROWS), "D")
    return pd.DataFrame(
        {
            "size": size,
            "colour": colour,
            "bought": pd.Timestamp("2024-01-05") + days,
            "new": rng.random(ROWS) < 0.5,
            "rooms": pd.array(rng.integers(1, 6, ROWS), dtype="Int64"),
        }
    )


TABLE = table()
ANSWERS = np.where(TABLE["size"].fillna(0) > 110, "yes", "no")
CODES = (ANSWERS == "yes").astype(int)


def network(columns: cr.Columns, hidden: int = 6, **how: Any) -> cr.Network:
    return cr.Network(
        [columns, cr.Dense(len(columns.features), hidden), cr.ReLU(), cr.Dense(hidden, 2), cr.Softmax()],
        **how,
    )


def by_sklearn(train: pd.DataFrame, other: pd.DataFrame) -> Any:
    """The same preparation by scikit-learn, columns in another order: those of the names below."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=False), StandardScaler())
    categories = OneHotEncoder(
        categories=[["blue", "green", "red", "another value", "missing"]], sparse_output=False
    )

    def plain(frame: pd.DataFrame) -> pd.DataFrame:
        made = frame.copy()
        made["bought"] = (made["bought"] - pd.Timestamp(0)) / pd.Timedelta(days=1)
        made["rooms"] = made["rooms"].astype(float)
        known = made["colour"].isin(["blue", "green", "red"])
        made["colour"] = (
            made["colour"].where(known | made["colour"].isna(), "another value").fillna("missing")
        )
        made["gone"] = made["size"].isna()
        return made

    both = ColumnTransformer(
        [("numbers", numbers, ["size", "bought", "rooms"]), ("colour", categories, ["colour"]),
         ("as they are", "passthrough", ["new", "gone"])]
    )  # fmt: skip
    found = both.fit(plain(train)).transform(plain(other)).astype(float)
    names = [
        "size", "bought", "rooms", "colour = blue", "colour = green", "colour = red", "colour = another value",
        "colour = missing", "new", "size is missing",
    ]  # fmt: skip
    return dict(zip(names, found.T, strict=True))


def test_it_is_what_scikit_learn_makes_of_the_same_columns() -> None:
    columns, other = cr.Columns.fitted(TABLE), table(1)
    assert columns.features == [
        "size", "size is missing", "colour = blue", "colour = green", "colour = red", "colour = another value",
        "colour = missing", "bought", "new", "rooms",
    ]  # fmt: skip
    for frame in (TABLE, other):
        x, expected = network(columns).trace(frame)["x"], by_sklearn(TABLE, frame)
        for place, name in enumerate(columns.features):
            np.testing.assert_allclose(x[:, place], expected[name], rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.some(2)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("hidden", [6, 64])
def test_training_is_that_on_prepared_samples(dtype: str, hidden: int) -> None:
    columns = cr.Columns.fitted(TABLE)
    how: dict[str, Any] = {"epochs": 3, "batch_size": 8, "progress": False}
    ready = network(columns, hidden, dtype=dtype).trace(TABLE)["x"]
    for engine in ("numpy", "compiled"):
        net = network(columns, hidden, dtype=dtype)
        plain = cr.Network([len(columns.features), hidden, 2], dtype=dtype)
        told = net.fit(TABLE, ANSWERS, engine=engine, validation_data=(TABLE, ANSWERS), **how)
        same = plain.fit(ready, CODES, engine=engine, validation_data=(ready, CODES), **how)
        assert told.engine == engine
        np.testing.assert_array_equal(net.parameters.flat, plain.parameters.flat)
        assert (told.loss, told.validation_loss, told.accuracy) == (
            same.loss,
            same.validation_loss,
            same.accuracy,
        )
        for rows in (TABLE, TABLE[:3]):
            np.testing.assert_array_equal(
                net.predict(rows, engine=engine), plain.predict(ready[: len(rows)], engine=engine)
            )
        assert net.loss(TABLE, ANSWERS) == plain.loss(ready, CODES)
    assert net.classify(TABLE, named=True).tolist() == [("no", "yes")[code] for code in plain.classify(ready)]


def test_steps_and_the_script_are_fit() -> None:
    columns = cr.Columns.fitted(TABLE)
    fitted, stepped, written = (network(columns) for _ in range(3))
    fitted.fit(TABLE, CODES, epochs=2, batch_size=8, engine="numpy", progress=False)
    list(stepped.steps(TABLE, CODES, epochs=2, batch_size=8))
    space: dict[str, Any] = {"__name__": "script"}
    exec(written.code(epochs=2, batch_size=8), space)
    start = {name: array.copy() for name, array in written.parameters.items()}
    trained, _ = space["train"](columns.encode(TABLE), CODES, start)
    for name, array in fitted.parameters.items():
        np.testing.assert_array_equal(stepped.parameters[name], array)
        np.testing.assert_array_equal(trained[name], array)


def test_an_engine_that_stays_takes_another_table() -> None:
    columns, optimizer = cr.Columns.fitted(TABLE), cr.Adam()
    net, plain = network(columns), cr.Network([len(columns.features), 6, 2])
    same = cr.Adam()
    for seed in range(3):
        frame = table(seed)
        ready = network(columns).trace(frame)["x"]
        net.fit(frame, CODES, epochs=2, batch_size=9, optimizer=optimizer, engine="compiled", progress=False)
        plain.fit(ready, CODES, epochs=2, batch_size=9, optimizer=same, engine="compiled", progress=False)
        np.testing.assert_array_equal(net.parameters.flat, plain.parameters.flat)


def test_what_is_missing_is_not_what_broke() -> None:
    net = network(cr.Columns.fitted(TABLE))
    with pytest.raises(Diverged) as told:
        net.fit(TABLE, CODES, epochs=30, optimizer=cr.SGD(1e300), progress=False)
    assert "x_raw" not in str(told.value)
    assert "the first number that is not finite is " in str(told.value)


def test_the_page_tells_the_table() -> None:
    columns = cr.Columns.fitted(TABLE)
    text = network(columns).trace(TABLE.iloc[[3, 7]], CODES[:2], "sgd").explain().to_text(width=300)
    for place, (row, colour) in enumerate([(3, "missing"), (7, "another value")]):
        cells = TABLE.iloc[row]
        size = "missing" if np.isnan(cells["size"]) else f"{cells['size']:.15g}"
        assert (
            f"In the table, row {place}: size {size}; colour {colour}; bought {cells['bought'].date()}; new "
            f"{cells['new']}; rooms {cells['rooms']}."
        ) in text
    assert f"The columns of x: {'; '.join(columns.features)}." in text
    assert "x_known = fill if x_raw is missing, otherwise x_raw" in text


def test_moments_and_numbers_as_cells() -> None:
    frame = pd.DataFrame(
        {"at": pd.to_datetime(["2024-01-05 12:00", None, "1969-12-31 00:00"]), "size": [0.1, 1e300, -5.0]}
    )
    columns = cr.Columns.fitted(frame)
    raw = columns.encode(frame)
    assert raw[0, 0] == 19727.5  # days from 1970-01-01 to noon
    assert np.isnan(raw[1, 0])
    assert raw[2, 0] == -1
    assert [columns.told(row) for row in raw] == [
        ["at 2024-01-05 12:00:00", "size 0.1"], ["at missing", "size 1e+300"], ["at 1969-12-31", "size -5"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        ([True, False, True], "yes/no", ("False", "True")),
        ([True, None, True], "yes/no", ("false", "True")),
        ([0, 1, 1], "yes/no", ("0", "1")),
        ([1, 1, 1], "number", ()),
        ([0, 1, 2], "number", ()),
        ([0.5, None, 2], "number", ()),
        (["Yes", "No", "Yes"], "yes/no", ("No", "Yes")),
        (["y", "n", None], "yes/no", ("n", "y")),
        (["a", "b", "b"], "category", ("b",)),
        (pd.Series([3, 4, 4, 3], dtype="category"), "category", ("3", "4")),
        (pd.to_datetime(["2024-01-05", "2024-01-06"]), "date", ()),
        ([pd.Timestamp("2024-01-05").date(), None], "date", ()),
        (pd.to_datetime(["2024-01-05", "2024-01-06"]).tz_localize("Europe/Vienna"), "date", ()),
    ],
)  # fmt: skip
def test_what_a_column_is(cells: Any, kind: str, values: tuple[str, ...]) -> None:
    (column,) = cr.Columns.fitted(pd.DataFrame({"a": cells})).columns
    assert (column.kind, column.values) == (kind, values)
    assert column.missing == bool(pd.isna(pd.Series(cells)).any())


def test_a_category_that_is_asked_for_and_numbers_that_are_the_same() -> None:
    frame = pd.DataFrame({"floor": [1, 2, 1, 2, 3, 3]})
    columns = cr.Columns.fitted(frame, categorical=["floor"])
    assert columns.features == ["floor = 1", "floor = 2", "floor = 3"]
    np.testing.assert_array_equal(columns.encode(frame * 1.0), columns.encode(frame))


def test_rare_values_share_a_column_and_unseen_ones_are_among_them() -> None:
    train = pd.DataFrame({"a": ["x"] * 300 + ["y"] * 300 + ["z", "z", "w"]})
    columns = cr.Columns.fitted(train)
    assert columns.features == ["a = x", "a = y", "a = another value"]  # 3 of 603 are below 0.5 %
    net = cr.Network([columns, cr.Dense(3, 2), cr.Softmax()])
    assert net.trace(pd.DataFrame({"a": ["y", "w", "new"]}))["x"].tolist() == [
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 1],
    ]
    few = cr.Columns.fitted(train[:600])
    net = cr.Network([few, cr.Dense(2, 2), cr.Softmax()])
    assert net.trace(pd.DataFrame({"a": ["y", "new", None]}))["x"].tolist() == [[0, 1], [0, 0], [0, 0]]


def test_the_fifty_most_frequent_values_have_a_column_each() -> None:
    cells = [f"v{value:02}" for value in range(60) for _ in range(100 + value)]
    (column,) = cr.Columns.fitted(pd.DataFrame({"a": cells}), categorical=["a"]).columns
    assert column.values == tuple(f"v{value:02}" for value in range(10, 60))
    assert column.other


def test_only_numbers_are_scaled_and_nothing_else() -> None:
    frame = pd.DataFrame({"a": [1.0, 2, 3], "b": [10, 20, 60]})
    net = cr.Network([cr.Columns.fitted(frame), cr.Dense(2, 1)], loss="huber")
    plain = cr.Network(
        [2, 1], output="identity", loss="huber", scaling=cr.Standardize.fitted(frame.to_numpy(float))
    )
    assert list(net.program(targets=False).quantities)[:2] == ["x_known", "x"]
    np.testing.assert_array_equal(net.predict(frame), plain.predict(frame))
    gone = pd.DataFrame({"a": [np.nan], "b": [20]})
    np.testing.assert_array_equal(net.predict(gone), plain.predict([[2.0, 20]]))


def test_files_and_copies(tmp_path: Path) -> None:
    net = network(cr.Columns.fitted(TABLE), dtype="float32")
    net.fit(TABLE, ANSWERS, progress=False)
    net.save(tmp_path / "m.safetensors")
    for same in (load(tmp_path / "m.safetensors"), pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        np.testing.assert_array_equal(same.predict(table(1)), net.predict(table(1)))
        assert same.features == net.features == ("size", "colour", "bought", "new", "rooms")
        assert isinstance(same.layers[0], cr.Columns)
        assert same.layers[0].columns == cr.Columns.fitted(TABLE).columns
        assert same.classify(TABLE[:5], named=True).tolist() == net.classify(TABLE[:5], named=True).tolist()


def test_a_file_whose_columns_are_none(tmp_path: Path) -> None:
    import json

    import safetensors.numpy

    from chainrule.files.document import describe

    columns = cr.Columns([("a", "number", (), 1.0, 0.0, 2.0, False, False)])
    document, arrays = describe(cr.Network([columns, cr.Dense(1, 2), cr.Softmax()]))
    for place, wrong in (
        (0, 3),
        (1, "text"),
        (2, ["a"]),
        (3, None),
        (4, float("nan")),
        (5, 0),
        (6, 1),
        (7, "no"),
    ):
        made = json.loads(json.dumps(document))
        made["layers"][0]["settings"]["columns"][0][place] = wrong
        path = tmp_path / f"{place}.safetensors"
        safetensors.numpy.save_file(arrays, path, {"chainrule": json.dumps(made), "sha256": "0" * 64})
        with pytest.raises(FileError) as told:
            load(path)
        shown = repr(json.loads(json.dumps(made["layers"][0]["settings"]["columns"][0])))
        assert str(told.value) == (
            f"{path} can't be loaded: Columns: {shown} is no column: it must be (name, kind, values, fill, center, "
            "scale, missing, other), as Columns.fitted(X) finds them."
        )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"size": "x"}, KindError, "X: the column 'size' holds 'x': it must be a number."),
        ({"new": 3}, KindError, "X: the column 'new' holds 3: it must be False or True."),
        ({"bought": 5}, KindError, "X: the column 'bought' holds 5: it must be a date."),
        ({"size": np.inf}, InputError, "X: the column 'size' holds inf in row 0: give finite numbers."),
        ({"colour": [[]] * ROWS}, KindError, "X: the column 'colour' holds objects (such as []): leave it out."),
        ({"age": 3}, InputError,
         "X has 'age': the network's features are 'size', 'colour', 'bought', 'new', 'rooms', in any order, and no "
         "others."),
    ],
)  # fmt: skip
def test_tables_that_do_not_fit(change: dict[str, Any], error: type[Exception], message: str) -> None:
    net = network(cr.Columns.fitted(TABLE))
    with pytest.raises(error) as told:
        net.predict(TABLE.assign(**change))
    assert str(told.value) == message


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: cr.Columns.fitted(TABLE.assign(note=[f"note {i}" for i in range(ROWS)])), InputError,
         "X: the column 'note' holds 60 different texts in 60 rows, too many to tell apart: leave it out, or name it "
         "among categorical=[…], which keeps the 50 most frequent ones."),
        (lambda: cr.Columns.fitted(TABLE.assign(size=np.nan)), InputError,
         "X: the column 'size' holds nothing: leave it out."),
        (lambda: cr.Columns.fitted(TABLE.assign(size=np.datetime64("NaT", "s"))), InputError,
         "X: the column 'size' holds nothing: leave it out."),
        (lambda: cr.Columns.fitted(TABLE.assign(size=1j)), KindError,
         "X: the column 'size' holds the dtype complex128: leave it out."),
        (lambda: cr.Columns.fitted(TABLE.assign(size=[[1]] * ROWS), categorical=["size"]), KindError,
         "X: the column 'size' holds objects (such as [1]): leave it out."),
        (lambda: cr.Columns.fitted(TABLE, categorical=["hue"]), InputError,
         "categorical names 'hue': the table has size, colour, bought, new, rooms."),
        (lambda: cr.Columns.fitted(np.ones((2, 2))), KindError,
         "X = 'ndarray' has no columns with names: give a table that has."),
        (lambda: cr.Columns(3), KindError,  # type: ignore[arg-type]
         "Columns: columns = 3 is no list of columns: take Columns.fitted(X)."),
        (lambda: cr.Columns([*cr.Columns.fitted(TABLE).columns[:1]] * 2), InputError,
         "Columns: two columns have one name: give each a name of its own."),
        (lambda: cr.Network([cr.Columns.fitted(TABLE), cr.Dense(5, 2)], loss="huber"), InputError,
         "Dense(5, 2) takes 5 inputs, and the layer before it gives 10."),
        (lambda: network(cr.Columns.fitted(TABLE), scaling=cr.Standardize(0, 1)), InputError,
         "Columns(5 → 10) reads the columns of a table, so it must be the first layer: put it there."),
    ],
)  # fmt: skip
def test_what_is_refused(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as told:
        make()
    assert str(told.value) == message
