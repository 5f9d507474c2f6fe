"""Tables of named columns as samples, and labels as people write them: pandas' and polars'."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import chainrule as cr
from chainrule.errors import InputError, KindError

RNG = np.random.default_rng(1)
NUMBERS = np.column_stack([RNG.normal(size=30), RNG.integers(0, 2, 30), RNG.integers(-3, 9, 30)])
CODES = (NUMBERS[:, 0] > 0).astype(int)
WORDS = np.array(["no", "yes"])[CODES]


def table(**columns: Any) -> pd.DataFrame:
    """The numbers as people have them: a float, True or False, and pandas' own whole numbers."""
    return pd.DataFrame(
        {
            "size": NUMBERS[:, 0],
            "new": NUMBERS[:, 1].astype(bool),
            "rooms": pd.array(NUMBERS[:, 2].astype(int), dtype="Int64"),
        }
        | columns
    )


def network(**how: Any) -> cr.Network:
    return cr.Network([3, 5, 2], seed=4, **how)


def test_a_table_trains_as_its_numbers_and_gives_its_names() -> None:
    net, plain = network(), network()
    history = net.fit(
        table(), WORDS, epochs=3, batch_size=7, validation_data=(table(), WORDS), progress=False
    )
    same = plain.fit(NUMBERS, CODES, epochs=3, batch_size=7, validation_data=(NUMBERS, CODES), progress=False)
    np.testing.assert_array_equal(net.parameters.flat, plain.parameters.flat)
    assert history.validation_accuracy == same.validation_accuracy
    assert (net.features, net.classes) == (("size", "new", "rooms"), ("no", "yes"))
    assert (plain.features, plain.classes) == (None, None)
    assert net.classify(table(), named=True).tolist() == [("no", "yes")[i] for i in plain.classify(NUMBERS)]
    np.testing.assert_array_equal(net.classify(table()), plain.classify(NUMBERS))


def test_columns_in_another_order_are_the_same_columns() -> None:
    net = network(features=["size", "new", "rooms"], classes=["no", "yes"])
    turned = table()[["rooms", "size", "new"]]
    np.testing.assert_array_equal(net.predict(turned), net.predict(NUMBERS))
    assert net.loss(turned, WORDS) == net.loss(NUMBERS, CODES)
    trace = net.trace(turned.iloc[:2], WORDS[:2])
    np.testing.assert_array_equal(trace["x"], NUMBERS[:2])
    (step,) = network(features=["size", "new", "rooms"]).steps(turned, CODES, epochs=1)
    np.testing.assert_array_equal(step["x"], NUMBERS)


def test_tables_of_one_kind_and_with_numbered_columns() -> None:
    net = network()
    floats = pd.DataFrame(NUMBERS.astype(np.float32))
    assert floats.columns.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(net.predict(floats), net.predict(NUMBERS.astype(np.float32)))
    net.fit(floats, CODES, progress=False)
    assert net.features is None
    mixed = table().set_axis([0, 1, 2], axis=1)
    np.testing.assert_array_equal(net.predict(mixed), net.predict(NUMBERS))


class Frame:
    """What a table is asked, of whatever library it is: names, a shape, columns by name, NumPy's array of all."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.columns, self._of = list(columns), columns
        self.shape = (30, len(columns))

    def __getitem__(self, name: Any) -> Any:
        return Frame({each: self._of[each] for each in name}) if isinstance(name, list) else self._of[name]

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([[float(column[row]) for column in self._of.values()] for row in range(30)], object)


def test_tables_of_another_library() -> None:
    frame = Frame(
        {"size": NUMBERS[:, 0], "new": NUMBERS[:, 1] == 1, "rooms": NUMBERS[:, 2].astype(int).tolist()}
    )
    net, plain = network(), network()
    net.fit(frame, WORDS, progress=False)
    plain.fit(NUMBERS, CODES, progress=False)
    np.testing.assert_array_equal(net.parameters.flat, plain.parameters.flat)
    np.testing.assert_array_equal(net.predict(frame[["rooms", "new", "size"]]), plain.predict(NUMBERS))


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(WORDS), pd.Series(WORDS, dtype="category"), pd.Series(WORDS, dtype="string"), WORDS.tolist(),
        pd.DataFrame({"answer": WORDS}), WORDS.astype(object), WORDS.astype("S3").astype(str)[:, None],
    ],
)  # fmt: skip
def test_labels_of_any_kind_of_text(labels: Any) -> None:
    known, fresh = network(classes=["no", "yes"]), network()
    assert known.loss(NUMBERS, labels) == network().loss(NUMBERS, CODES)
    fresh.fit(NUMBERS, labels, progress=False)
    known.fit(NUMBERS, CODES, progress=False)
    assert fresh.classes == ("no", "yes")
    np.testing.assert_array_equal(fresh.parameters.flat, known.parameters.flat)


def test_yes_and_no_of_pandas() -> None:
    net, plain = (cr.Network([3, 1], output="sigmoid", loss="binary_cross_entropy") for _ in range(2))
    net.fit(NUMBERS, pd.Series(CODES.astype(bool), dtype="boolean"), progress=False)
    plain.fit(NUMBERS, CODES, progress=False)
    np.testing.assert_array_equal(net.parameters.flat, plain.parameters.flat)
    assert net.classes is None


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (table().drop(columns="new"), InputError,
         "X lacks 'new': the network's features are 'size', 'new', 'rooms', in any order, and no others."),
        (table(age=1), InputError,
         "X has 'age': the network's features are 'size', 'new', 'rooms', in any order, and no others."),
        (table().rename(columns={"new": "old", "size": "area"}), InputError,
         "X lacks 'size', 'new' and has 'area', 'old': the network's features are 'size', 'new', 'rooms', in any "
         "order, and no others."),
        (table(rooms="five"), KindError,
         "X: the column 'rooms' holds text (such as 'five'): leave it out, or let Columns.fitted(X) be the "
         "network's first layer."),
        (table(rooms=[{}] * 30), KindError,
         "X: the column 'rooms' holds objects (such as {}): leave it out, or let Columns.fitted(X) be the "
         "network's first layer."),
        (table(rooms=pd.Timestamp("2024-01-05")), KindError,
         "X: the column 'rooms' holds dates: leave it out, or let Columns.fitted(X) be the "
         "network's first layer."),
        (table(rooms=pd.array([1, None] * 15, dtype="Int64")), InputError,
         "X[1, 2] is nan (and 14 more): every entry must be finite."),
        (table().set_axis(["size", "size", "rooms"], axis=1), InputError,
         "X has two columns of the name 'size': give each a name of its own."),
    ],
)  # fmt: skip
def test_tables_that_are_refused(X: Any, error: type[Exception], message: str) -> None:
    net = network(features=["size", "new", "rooms"])
    with pytest.raises(error) as told:
        net.predict(X)
    assert str(told.value) == message


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["no", "yes", "perhaps"] * 10, "y names 3 classes (no, perhaps, yes), and the network tells 2 apart."),
        (["no"] * 30, "y names 1 class (no), and the network tells 2 apart."),
        ([str(i) for i in range(30)],
         "y names 30 classes (0, 1, 10, 11, 12, 13, 14, 15, …), and the network tells 2 apart."),
        (pd.Series(["no", None] * 15), "y[1] is missing: leave the sample out, or give it a label."),
    ],
)  # fmt: skip
def test_labels_that_are_refused_leave_no_names(y: Any, message: str) -> None:
    net = network()
    with pytest.raises(InputError) as told:
        net.fit(table(), y, progress=False)
    assert str(told.value) == message
    with pytest.raises(InputError):
        net.fit(table(), WORDS[:-1], progress=False)
    assert (net.features, net.classes) == (None, None)


def test_names_of_answers_that_there_are_not() -> None:
    with pytest.raises(InputError) as told:
        network().classify(NUMBERS, named=True)
    assert str(told.value) == (
        "the network's classes have no names: give Network(…, classes=[…]), or leave named out."
    )
    several = cr.Network([3, 2], output="sigmoid", classes=["old", "new"])
    with pytest.raises(InputError) as told:
        several.classify(NUMBERS, named=True)
    assert str(told.value) == (
        "the network says yes or no to each of several labels, and names no class: leave named out."
    )
    with pytest.raises(KindError) as kind:
        network().classify(NUMBERS, named="yes")  # type: ignore[arg-type]
    assert str(kind.value) == "named = 'yes' is neither True nor False."


def test_columns_of_targets_are_taken_by_the_names_of_the_classes() -> None:
    """Of a table of indicators, as pandas.get_dummies makes it."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((60, 2))
    y = pd.get_dummies(pd.Series(np.where(X[:, 0] > 0, "yes", "no")))
    assert list(y.columns) == ["no", "yes"]
    net = cr.Network([2, 8, 2], classes=["yes", "no"], seed=1)
    net.fit(X, y, epochs=60, optimizer=cr.Adam(0.05), progress=False)
    assert (net.classify(X, named=True) == np.where(X[:, 0] > 0, "yes", "no")).mean() > 0.95
    other = y.rename(columns={"no": "0", "yes": "1"})  # names of nothing: they stand as the outputs do
    assert net.loss(X, y) == net.loss(X, y[["yes", "no"]]) < 0.5 < net.loss(X, other)
