"""What a script does when it is run: with data it is the very training, from the very weights."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import chainrule as cr
from strategies import Case, cases, trained
from thorough import examples


def run(source: str) -> tuple[dict[str, Any], str]:
    space: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "network.py", "exec"), space)
    return space, printed.getvalue()


@given(case=cases(width=5))
@examples(40)
def test_it_is_the_training_that_fit_does(case: Case) -> None:
    net, data = case.network(), case.data()
    how: dict[str, Any] = {"epochs": 3, "batch_size": 7, "seed": 5}
    source = net.code(optimizer=cr.Adam(0.01), data=data, **how)
    history = trained(net, *data, optimizer=cr.Adam(0.01), engine="numpy", progress=False, **how)
    space, printed = run(source)
    assert space["losses"] == history.loss
    assert printed == f"loss {history.loss[0]:.6f} in the first epoch, {history.loss[-1]:.6f} in the last\n"
    for name, array in net.parameters.items():
        np.testing.assert_array_equal(space["trained"][name], array)


def test_labels_by_name_raw_numbers_and_a_scaling() -> None:
    X = np.arange(12, dtype=np.uint8).reshape(4, 3)
    y = np.array(["b", "a", "b", "a"])
    net = cr.Network([3, 4, 2], scaling=cr.Standardize.fitted(X), classes=["a", "b"], dtype="float32")
    source = net.code(optimizer=cr.SGD(0.1), epochs=4, data=(X, y))
    assert run(source)[0]["losses"] == net.fit(X, y, optimizer=cr.SGD(0.1), epochs=4, engine="numpy").loss


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (3, "data is no pair: give the samples as data=(X, y)."),
        (
            (np.zeros((500_000, 2)), np.zeros(500_000, int)),
            "the data are 1,500,000 numbers, and a script holds at most 1,000,000: give fewer samples.",
        ),
    ],
)
def test_data_that_can_not_be_written(data, message) -> None:
    with pytest.raises(cr.ChainruleError) as caught:
        cr.worked_example().code(data=data)
    assert str(caught.value) == message
