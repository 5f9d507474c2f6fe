"""The workbook: computed by another program, every cell has the trace's number, also where an input was changed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from exported import UNUSUAL, filled, rows, unusual
from openpyxl.utils import get_column_letter as letters
from workbooks import Workbook, at

import chainrule as cr
from chainrule.errors import InputError, KindError
from chainrule.notation import display
from thorough import THOROUGH

STEP = cr.worked_example()


def same(net: cr.Network, data: Any = None, optimizer: Any = "sgd", bound: float = 1e-11) -> Workbook:
    """Hold all that a workbook computes to the trace, and have its own check agree."""
    from chainrule.export.excel_book import _samples

    X, y = _samples(net) if data is None else data
    trace, book = net.trace(X, y, optimizer), Workbook(net.export("excel", data=data, optimizer=optimizer))
    computed = book.computed()
    for name in trace.program.quantities:
        value = np.atleast_2d(trace[name])
        found = book.numbers(computed, display(name))
        np.testing.assert_allclose(found, value, rtol=bound, atol=bound, err_msg=name)
    after = trace.after()
    assert after is not None
    np.testing.assert_allclose(book.numbers(computed, "L", "REPEAT"), after.loss, rtol=bound)
    assert computed("B3") == "agrees with chainrule"
    return book


def test_the_worked_example() -> None:
    book = same(STEP, (STEP.x, STEP.y), cr.SGD(0.01))
    computed = book.computed()
    assert round(float(book.numbers(computed, "L")[0, 0]), 6) == 1.944402
    assert round(float(book.numbers(computed, "L", "REPEAT")[0, 0]), 6) == 1.863869
    assert book.step[book.cells("z1")[0][0]].value == "=C7 * C9 + D7 * C10 + C11"


def test_another_input_changes_every_number_of_the_step() -> None:
    book = Workbook(STEP.export("excel", data=(STEP.x, STEP.y), optimizer=cr.SGD(0.01)))
    inputs, outputs = book.cells("x")[0], [cell for row in book.cells("W1_new") for cell in row]
    step = book.model().compile(
        inputs=[at(cell) for cell in inputs], outputs=[at(cell) for cell in [*outputs, "B3"]]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [each.value[0, 0] for each in step(0.25, -1.5)]
    trace = STEP.trace([[0.25, -1.5]], STEP.y, cr.SGD(0.01))
    np.testing.assert_allclose(np.array(found[:-1], float), trace["W1_new"].ravel(), rtol=1e-12)
    assert str(found[-1]).startswith("numbers were changed")


def test_predictions_of_many_rows() -> None:
    net = filled(
        cr.Network(
            [
                cr.Standardize([1.0, 2, 3], [2, 1, 0.5]),
                cr.Dense(3, 4),
                cr.Tanh(),
                cr.Dense(4, 2),
                cr.Softmax(),
            ]
        )
    )
    book = Workbook(net.export("excel"))
    inputs, outputs = book.cells("x_raw")[0], book.cells("a2")[0]
    step = book.model().compile(inputs=[at(cell) for cell in inputs], outputs=[at(cell) for cell in outputs])
    X = rows(net, 1000 if THOROUGH else 60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = np.array([[each.value[0, 0] for each in step(*row)] for row in X.tolist()], float)
    np.testing.assert_allclose(found, net.predict(X), rtol=1e-11, atol=1e-14)


LAYERS: dict[str, Any] = {
    "batch normalization": [cr.BatchNorm()], "layer normalization": [cr.LayerNorm()], "dropout": [cr.Dropout(0.4)],
}  # fmt: skip


@pytest.mark.some(1)
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_layers(name: str, dtype: str) -> None:
    own = LAYERS[name]
    order = [cr.ReLU(), *own] if name == "dropout" else [*own, cr.ReLU()]
    net = filled(cr.Network([cr.Dense(2, 3), *order, cr.Dense(3, 2), cr.Softmax()], dtype=dtype))
    same(net, bound=1e-11 if dtype == "float64" else 1e-5)


@pytest.mark.some(2)
@pytest.mark.parametrize("name", sorted(cr.Activation.registry()))
def test_every_activation(name: str) -> None:
    same(filled(cr.Network([2, 3, 2], hidden=name)))


@pytest.mark.some(2)
@pytest.mark.parametrize("name", [n for n in cr.Optimizer.registry() if n not in ("lbfgs",)])
def test_every_optimizer(name: str) -> None:
    same(filled(cr.Network([2, 2, 2], hidden="tanh")), optimizer=name)


@pytest.mark.some(1)
@pytest.mark.parametrize(
    ("loss", "penalty"),
    [
        ("mean_squared_error", "l1"),
        ("huber", "l2"),
        ("mean_absolute_error", "elastic_net"),
        ("log_cosh", "shared_l2"),
    ],
)
def test_losses_and_penalties(loss: str, penalty: str) -> None:
    net = filled(cr.Network([2, 3, 2], hidden="tanh", output="identity", loss=loss, penalty=penalty))
    same(net, (rows(net, 3), [[0.5, -1], [2, 0.25], [0, 1]]))


@pytest.mark.some(1)
@pytest.mark.parametrize("hidden", [part for part in UNUSUAL if part.__name__ != "shared"])
def test_parts_of_ones_own(hidden: Any) -> None:
    same(unusual(hidden))


def test_what_is_read_twice_has_cells_of_its_own() -> None:
    def shared(z: Any) -> Any:
        for _ in range(12):
            z = np.tanh(z * 0.9) + z * 0.1
        return z

    book = same(filled(cr.Network([2, 2, 2], hidden=shared)))
    texts = [cell.value for row in book.step.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert max(map(len, texts)) < 500
    assert "  [a1 1]" in texts


def test_it_says_where_a_number_differs() -> None:
    book = Workbook(STEP.export("excel", data=(STEP.x, STEP.y)))
    book.step[book.cells("z1")[0][1]] = 1.5
    import io

    changed = io.BytesIO()
    book.book.save(changed)
    assert Workbook(changed.getvalue()).computed()("B3") == "DIFFERS from chainrule"


def test_it_looks_as_it_should() -> None:
    book = Workbook(STEP.export("excel", data=(STEP.x, STEP.y)))
    sheet = book.step
    headings = [
        cell.value
        for cell in sheet["A"]
        if cell.value and cell.fill.fgColor.rgb not in ("00000000", "00FDFDFB")
    ]
    assert headings == ["GIVEN", "FORWARD", "LOSS", "BACKWARD", "UPDATE", "REPEAT"]
    steps = [cell.value for cell in sheet["A"] if str(cell.value).startswith("Step ")]
    assert steps == [
        "Step 1  input → hidden", "Step 2  relu", "Step 3  hidden → output", "Step 4  softmax",
        "Step 5  the chain rule, from L back to the weights", "Step 6  SGD updates the parameters",
        "Step 7  the same samples with the new parameters",
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.column_dimensions["B"].width) == ("C5", 46)
    row, _ = book.place("dW1")
    assert sheet.cell(row, 2).value == "xᵀ · dz1"
    assert sheet[book.cells("x")[0][0]].font.color.rgb == "00005F9E"  # may be changed


def test_the_same_network_gives_the_same_bytes() -> None:
    assert STEP.export("excel") == cr.worked_example().export("excel")


def test_text_is_never_a_formula() -> None:
    net = cr.Network([2, 2], features=["=1+1", "@x"], classes=["=HYPERLINK(0)", "+1"])
    for sheet in Workbook(net.export("excel")).book:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    assert cell.column > 2 or cell.coordinate == "B3"
                    assert "HYPERLINK" not in cell.value


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: cr.Network([2, 2]).export("excel", data=[1]), KindError,
            "data is no pair: give the samples as data=(X, y).",
        ),
        (
            lambda: cr.Network([2, 2]).export("sql", optimizer="adam"), InputError,
            "optimizer goes with 'excel', and this is 'sql': leave it out.",
        ),
    ],
)  # fmt: skip
def test_what_goes_with_no_workbook(make: Any, error: Any, message: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_a_network_that_is_too_large() -> None:
    net = cr.Network([784, 32, 10])
    numbers = sum(np.size(value) for value in net.trace(np.zeros((1, 784)), [0], "sgd").values())
    with pytest.raises(InputError) as caught:
        net.export("excel")
    assert str(caught.value) == (
        f"a step of the network has {numbers:,} numbers, and the workbook is for at most 20,000. Take another kind of "
        "file."
    )


def test_a_sum_that_is_too_long() -> None:
    """C7 * C9 + … has 1,500 products with signs between them, and a bias."""
    terms = [f"{letters(i + 3)}7 * C{i + 9}" for i in range(1500)]
    with pytest.raises(InputError) as caught:
        cr.Network([1500, 1], output="sigmoid").export("excel")
    assert str(caught.value) == (
        f"a line adds up so many terms that its formula has {len(' + '.join([*terms, 'C1509'])):,} letters, and a "
        "sheet takes 8,000: the workbook is for small networks. Take another kind of file."
    )
