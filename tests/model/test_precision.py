"""Raw inputs are scaled in double precision and only then become the network's numbers, whoever reads them."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

import chainrule as cr
from chainrule.errors import InputError, KindError, LanguageError, PrecisionWarning
from chainrule.parts.contract import Array

RNG = np.random.default_rng(41)
N, WIDTH, CLASSES = 120, 5, 3
# Unix seconds, metres of a map, small numbers beside them, and one that is whole.
X = RNG.uniform(0, 200, (N, WIDTH)) + np.array([1.7e9, 4.49e6, 0, -1e8, 7])
Y = RNG.integers(0, CLASSES, N)
CENTER, SCALE = X.mean(axis=0), X.std(axis=0)
SCALED = ((X - CENTER) / SCALE).astype(np.float32)  # the oracle: double precision, then rounded once
ENGINES: list[dict[str, Any]] = [{"engine": "numpy"}, {"engine": "compiled"}]
engines = pytest.mark.parametrize("how", ENGINES, ids=["numpy", "compiled"])
sizes = pytest.mark.parametrize("hidden", [[], [70]], ids=["tiny", "larger"])


def network(hidden: Any = (8,), dtype: str = "float32", inputs: int = WIDTH, **more: Any) -> cr.Network:
    return cr.Network([inputs, *hidden, CLASSES], dtype=dtype, seed=4, **more)


def scaling() -> cr.Standardize:
    return cr.Standardize(CENTER, SCALE)


def bits(net: cr.Network) -> bytes:
    return net.parameters.flat.tobytes()


def refusal(call: Any, kind: type[Exception] = InputError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


# --- the same bits as scaling by hand in double precision -----------------------------------------------------


@pytest.mark.some(4)
@engines
@sizes
@pytest.mark.parametrize("batch_size", [None, 32])
def test_training_is_that_on_inputs_scaled_in_double(how: Any, hidden: Any, batch_size: Any) -> None:
    raw, plain = network(hidden, scaling=scaling()), network(hidden)
    histories = [
        net.fit(x, Y, epochs=3, batch_size=batch_size, validation_data=(x[:50], Y[:50]), **how)
        for net, x in ((raw, X), (plain, SCALED))
    ]
    assert [history.engine for history in histories] == [how["engine"]] * 2
    assert bits(raw) == bits(plain)
    for series in ("loss", "accuracy", "validation_loss", "validation_accuracy"):
        assert getattr(histories[0], series) == getattr(histories[1], series)


@engines
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rows", [1, 16, 17, N])
def test_predictions_are_those_of_inputs_scaled_in_double(how: Any, threads: int, rows: int) -> None:
    if how["engine"] == "compiled":
        how = {**how, "threads": threads}
    raw, plain = network(scaling=scaling()), network()
    outputs = raw.predict(X[:rows], **how)
    assert outputs.dtype == np.float32
    np.testing.assert_array_equal(outputs, plain.predict(SCALED[:rows], **how))
    assert raw.loss(X[:rows], Y[:rows]) == plain.loss(SCALED[:rows], Y[:rows])


LAYOUTS: dict[str, Any] = {
    "columns": np.asfortranarray,
    "every other row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "backwards": lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    "int64": lambda x: x.astype(np.int64),
    "float32": lambda x: x.astype(np.float32),
}


@pytest.mark.some(4)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", LAYOUTS)
@engines
def test_any_kind_of_number_and_layout(how: Any, layout: str, dtype: str) -> None:
    given = LAYOUTS[layout](X)
    scaled = ((given.astype(np.float64) - CENTER) / SCALE).astype(dtype)
    raw, plain = network(dtype=dtype, scaling=scaling()), network(dtype=dtype)
    for net, x in ((raw, given), (plain, scaled)):
        net.fit(x, Y, epochs=2, batch_size=32, **how)
    assert bits(raw) == bits(plain)
    np.testing.assert_array_equal(raw.predict(given, **how), plain.predict(scaled, **how))


@engines
def test_also_where_batches_are_made_in_python(how: Any) -> None:
    """Noise, weights and a transform of the raw inputs."""
    weight = RNG.uniform(0.5, 2, N)

    def later(x: Array, rng: np.random.Generator) -> Array:
        return x + np.round(rng.uniform(0, 5, (len(x), 1)))

    def scaled(x: Array, rng: np.random.Generator) -> Array:
        return ((later(POOL[x[:, 0].astype(int)], rng) - CENTER) / SCALE).astype(np.float32)

    POOL = X
    layers = [cr.Dense(WIDTH, 8), cr.ReLU(), cr.Dropout(0.3), cr.Dense(8, CLASSES), cr.Softmax()]
    raw = cr.Network([scaling(), *layers], dtype="float32", seed=4)
    plain = cr.Network(layers, dtype="float32", seed=4)
    rows = np.repeat(np.arange(N, dtype=np.float64)[:, None], WIDTH, axis=1)
    for net, x, change in ((raw, X, later), (plain, rows, scaled)):
        net.fit(x, Y, epochs=2, batch_size=32, sample_weight=weight, transform=change, **how)
    assert bits(raw) == bits(plain)


def test_l_bfgs() -> None:
    raw, plain = network(scaling=scaling()), network()
    for net, x in ((raw, X), (plain, SCALED)):
        net.fit(x, Y, epochs=5, optimizer=cr.LBFGS())
    assert bits(raw) == bits(plain)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_steps_and_the_script_have_the_bits_of_fit(dtype: str) -> None:
    fitted, stepped, fresh = (network(dtype=dtype, scaling=scaling()) for _ in range(3))
    history = fitted.fit(X, Y, epochs=2, batch_size=32, engine="numpy")
    for trace in stepped.steps(X, Y, epochs=2, batch_size=32):
        assert trace["x_raw"].dtype == np.float64
        assert trace["x"].dtype == trace["z1"].dtype == dtype
    text = fresh.code(epochs=2, batch_size=32)
    space: dict[str, Any] = {"__name__": "script"}
    exec(text, space)
    parameters, losses = space["train"](X, Y, dict(fresh.parameters))
    assert losses == history.loss
    assert bits(stepped) == bits(fitted)
    for name, array in fitted.parameters.items():
        np.testing.assert_array_equal(parameters[name], array)
        assert parameters[name].dtype == dtype
    assert ("np.float64" in text.replace("DTYPE = np.float64", "")) == (dtype == "float32")


def test_pytorch_scales_in_double_too() -> None:
    net = network(hidden=[], scaling=scaling())
    x = (torch.tensor(X) - torch.tensor(CENTER)) / torch.tensor(SCALE)
    weights = torch.tensor(np.array(net.parameters["W1"]))
    expected = torch.softmax(x.to(torch.float32) @ weights, dim=1)
    for how in ENGINES:
        np.testing.assert_allclose(net.predict(X, **how), expected.numpy(), rtol=2e-5)


def test_a_file_keeps_the_scaling_in_double(tmp_path: Path) -> None:
    net = network(scaling=scaling())
    net.save(tmp_path / "net.safetensors")
    loaded = cr.load(tmp_path / "net.safetensors")
    assert loaded.constants["center"].dtype == np.float64
    np.testing.assert_array_equal(loaded.constants["center"], CENTER)
    np.testing.assert_array_equal(loaded.predict(X), net.predict(X))


# --- what is shown --------------------------------------------------------------------------------------------


def north() -> cr.Trace:
    """A place on a map, from a report: 0.744152 is right."""
    net = cr.Network([1, 2], dtype="float32", scaling=cr.Standardize(4492557.61675, 1.469122), seed=0)
    return net.trace([[4492558.71]], [1], optimizer="sgd")


def test_pages_scale_in_double() -> None:
    trace = north()
    assert trace["x"] == np.float32((4492558.71 - 4492557.61675) / 1.469122)
    page = str(trace.explain("x"))
    assert "x = (x_raw - center) / scale = (4492558.71 - 4492557.61675)/1.469122 = 0.744152" in " ".join(
        page.split()
    )
    told = str(trace.why("x[0, 0]"))
    assert "x[0, 0] = 0.744152" in told
    assert "(4492558.71 - 4492557.61675)/1.469122" in told
    later = trace.what_if({"x_raw[0, 0]": 4492559.71})
    assert later["x"] == np.float32((4492559.71 - 4492557.61675) / 1.469122)
    assert trace.why("dW1[0, 1]").nudge.agrees  # type: ignore[union-attr]
    for text in (page, str(trace.explain()), trace.explain().to_latex(), trace.explain().to_html()):
        assert "astype" not in text
        assert "cast" not in text


def test_by_hand_large_numbers_keep_the_digits_of_their_difference() -> None:
    page = " ".join(str(north().explain("x", arithmetic="by_hand", digits=4)).split())
    assert "(4492558.71 - 4492557.61675)/1.469122 ≈ 0.7442" in page


# --- layers of one's own before the first weights --------------------------------------------------------------


class Decades(cr.Layer):
    """Element by element, with a choice, conditions and numbers of the rule."""

    takes, gives = "x_raw", "x"

    def constants(self) -> dict[str, Array]:
        return {"start": np.array([1.7e9]), "unit": np.linspace(50, 60, WIDTH)}

    def forward(self, q: Any) -> None:
        q.u = (q.x_raw - q.start) / q.unit
        q.x = np.where(q.u > 0.5, 0.1, -0.3) * np.tanh(q.u) + (q.u > 0) * q.u / 3

    @staticmethod
    def numpy(x: Array) -> Array:
        u = (x - 1.7e9) / np.linspace(50, 60, WIDTH)
        return np.where(u > 0.5, 0.1, -0.3) * np.tanh(u) + (u > 0) * u / 3


class Shares(cr.Layer):
    """Row by row."""

    takes, gives = "x_raw", "x"

    def forward(self, q: Any) -> None:
        q.x = q.x_raw / q.x_raw.sum(axis=1, keepdims=True)


class Learned(cr.Layer):
    """With parameters: it belongs to what is trained."""

    takes, gives = "x_raw", "x"

    def parameters(self, width: int, initializer: Any, rng: np.random.Generator) -> dict[str, Array]:
        return {"s": np.ones(width)}

    def forward(self, q: Any) -> None:
        q.x = q.x_raw * q.s


CLOCK = RNG.uniform(0, 300, (N, WIDTH)) + 1.7e9


@engines
@sizes
def test_ones_own_preparation_computes_in_double(how: Any, hidden: Any) -> None:
    raw, plain = network(hidden, scaling=Decades()), network(hidden)
    for net, x in ((raw, CLOCK), (plain, Decades.numpy(CLOCK).astype(np.float32))):
        history = net.fit(x, Y, epochs=3, batch_size=32, optimizer=cr.SGD(0.1), **how)
        assert history.engine == how["engine"]
    # tanh comes from another series in machine code, within 3 units of the last place in double precision.
    np.testing.assert_allclose(raw.parameters.flat, plain.parameters.flat, rtol=1e-5, atol=1e-6)
    if how["engine"] == "numpy":
        assert bits(raw) == bits(plain)
        space: dict[str, Any] = {"__name__": "script"}
        fresh = network(hidden, scaling=Decades())
        exec(fresh.code(epochs=3, batch_size=32, optimizer=cr.SGD(0.1)), space)
        parameters, _ = space["train"](CLOCK, Y, dict(fresh.parameters))
        for name, array in raw.parameters.items():
            np.testing.assert_array_equal(parameters[name], array)


def test_a_preparation_row_by_row_is_numpys_in_float32_and_compiled_in_float64() -> None:
    x = RNG.uniform(1, 9, (N, WIDTH))
    shares = (x / x.sum(axis=1, keepdims=True)).astype(np.float32)
    raw, plain = network(scaling=Shares()), network()
    history = raw.fit(x, Y, epochs=2, batch_size=32, engine="compiled")
    assert (history.engine, history.why) == (
        "numpy",
        "what stands outside the compiled language: shares prepares the inputs in double precision, and not entry by "
        "entry",
    )
    plain.fit(shares, Y, epochs=2, batch_size=32, engine="numpy")
    assert bits(raw) == bits(plain)
    np.testing.assert_array_equal(raw.predict(x, engine="compiled"), plain.predict(shares, engine="numpy"))
    double = network(dtype="float64", scaling=Shares())
    assert double.fit(x, Y, engine="compiled").engine == "compiled"


@pytest.mark.parametrize("first", [Learned(), cr.Dropout(0.2), cr.BatchNorm()], ids=str)
def test_what_is_trained_or_brings_chance_is_no_preparation(first: cr.Layer) -> None:
    net = cr.Network([first, cr.Dense(2, 3), cr.ReLU(), cr.Dense(3, 2), cr.Softmax()], dtype="float32")
    trace = net.trace(RNG.standard_normal((4, 2)), [0, 1, 1, 0], optimizer="adam")
    assert net.program().plan.preparing == 0
    for name, value in trace.items():
        if isinstance(value, np.ndarray) and value.ndim:
            assert value.dtype == np.float32, name


def test_several_layers_may_prepare() -> None:
    class Shift(cr.Layer):
        takes, gives = "x_raw", "moved"

        def forward(self, q: Any) -> None:
            q.moved = q.x_raw - 1.7e9

    class Shrink(cr.Layer):
        takes, gives = "moved", "x"

        def forward(self, q: Any) -> None:
            q.x = q.moved / 100

    layers = [cr.Dense(WIDTH, CLASSES), cr.Softmax()]
    raw = cr.Network([Shift(), Shrink(), *layers], dtype="float32", seed=4)
    plain = cr.Network(layers, dtype="float32", seed=4)
    for how in ENGINES:
        expected = plain.predict(((CLOCK - 1.7e9) / 100).astype(np.float32), **how)
        # Machine code sums in another order where samples are read where they are: by less than what a time that was
        # rounded before it was shifted would be off.
        apart = 0 if how["engine"] == "numpy" else 5e-7
        np.testing.assert_allclose(raw.predict(CLOCK, **how), expected, rtol=0, atol=apart)


def test_what_is_in_double_stays_in_the_preparation() -> None:
    class Late(cr.Layer):
        takes, gives = "x", "v"
        noise: ClassVar = {"u": "uniform"}

        def forward(self, q: Any) -> None:
            q.v = q.x + 0 * q.u * q.center

    message = refusal(
        lambda: cr.Network([scaling(), Late(), cr.Dense(WIDTH, 2), cr.Softmax()]), LanguageError
    )
    assert message == (
        "Late() reads center, which prepares the inputs before they are the network's numbers: read x, or state it in "
        "a layer after the first one with weights."
    )


# --- what a dtype can't hold -----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1e300, -1e300])
def test_large_inputs_are_taken_where_they_are_scaled(value: float) -> None:
    x = np.array([[value, 1.0], [value / 2, 2.0], [0.0, 3.0]])
    net = cr.Network([2, 3], dtype="float32", scaling=cr.Standardize.fitted(x))
    plain = cr.Network([2, 3], dtype="float32")
    scaled = ((x - net.constants["center"]) / net.constants["scale"]).astype(np.float32)
    for how in ENGINES:
        np.testing.assert_array_equal(net.predict(x, **how), plain.predict(scaled, **how))


def test_what_is_too_large_once_prepared_is_refused() -> None:
    net = cr.Network([2, 3], dtype="float32", scaling=cr.Standardize([0, 0], [1, 1e-30]))
    x = np.ones((5, 2))
    x[3, 1] = 1e10
    message = "X[3, 1] is 10000000000.0, and prepared, more than float32 can hold: scale it, or take dtype='float64'."
    for call in (
        lambda: net.fit(x, [0, 1, 2, 0, 1]),
        lambda: net.loss(x, [0, 1, 2, 0, 1]),
        lambda: net.trace(x),
        lambda: net.predict(x, engine="numpy"),
        lambda: net.predict(x, engine="compiled"),
    ):
        assert refusal(call) == message


class Clipped(cr.Layer):
    takes, gives = "x_raw", "x"

    def forward(self, q: Any) -> None:
        q.x = np.clip(q.x_raw, -3, 3)


@engines
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_preparation_hides_nothing_that_is_not_finite(how: Any, dtype: str, value: float) -> None:
    net = network(dtype=dtype, scaling=Clipped())
    for rows in (3, 40):
        x = np.ones((rows, WIDTH))
        x[1, 4] = value
        assert (
            refusal(lambda x=x: net.predict(x, **how)) == f"X[1, 4] is {value}: every entry must be finite."
        )


# --- warnings ---------------------------------------------------------------------------------------------------


def warned(call: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert {each.category for each in caught} <= {PrecisionWarning}
    assert {each.filename for each in caught} <= {__file__}
    return [str(each.message) for each in caught]


def columns(*given: Any) -> Array:
    return np.column_stack(given)


TIMES = np.arange(200) + 1700000001
STILL = np.full(200, 0.3)
STILL[::2] = 0.30000000000000004
CODES = TIMES % 2


def test_seconds_that_float32_rounds_to_a_few_are_warned_about() -> None:
    x = columns(np.arange(200.0), TIMES.astype(float), STILL)
    net = cr.Network([3, 2], dtype="float32", features=["a", "time", "c"])
    message = (
        "X[:, 1] (time) goes from 1700000001.0 to 1700000200.0, and float32 tells numbers of that size apart by steps "
        "of 128 alone: take scaling=Standardize.fitted(X), or dtype='float64'."
    )
    assert warned(lambda: net.fit(x, CODES)) == [message]
    assert warned(lambda: list(net.steps(x, CODES))) == [message]
    assert warned(lambda: net.predict(x)) == warned(lambda: net.loss(x, CODES)) == []
    whole = cr.Network([3, 2], dtype="float32")
    several = columns(TIMES, TIMES + 5, TIMES + 9)
    assert warned(lambda: whole.fit(several, CODES)) == [
        "X[:, 0] goes from 1700000001 to 1700000200, and float32 tells numbers of that size apart by steps of 128 "
        "alone, and 2 more columns likewise: take scaling=Standardize.fitted(X), or dtype='float64'."
    ]


def test_nothing_is_said_where_nothing_is_lost() -> None:
    x = columns(TIMES.astype(float), STILL)
    fine = columns(np.linspace(1e6, 1e6 + 2, 200), np.linspace(-1e-30, 1e-30, 200))
    pixels = RNG.integers(0, 256, (200, 2)).astype(np.uint8)
    constant = np.full((200, 2), 1e9)
    for dtype, given, more in (
        ("float64", x, {}),
        ("float32", x, {"scaling": cr.Standardize.fitted(x)}),
        ("float32", fine, {}),
        ("float32", pixels, {}),
        ("float32", constant, {}),
        ("float32", columns(STILL, STILL), {}),
    ):
        net = cr.Network([2, 2], dtype=dtype, **more)
        assert warned(lambda net=net, given=given: net.fit(given, CODES)) == [], dtype


def test_whole_numbers_beyond_2_to_the_53_are_warned_about_in_float64() -> None:
    x = np.arange(200)[:, None] + 2**60
    for dtype, more in (("float64", {}), ("float32", {"scaling": cr.Standardize(2.0**60, 60)})):
        net = cr.Network([1, 2], dtype=dtype, **more)
        assert warned(lambda net=net: net.fit(x, CODES)) == [
            "X[:, 0] goes from 1152921504606846976 to 1152921504606847175, and float64 tells numbers of that size "
            "apart by steps of 256 alone: take an offset off before they are converted."
        ]


def test_targets_that_float32_rounds_to_a_few_are_warned_about() -> None:
    x, y = RNG.standard_normal((200, 1)), 4492558 + RNG.uniform(0, 2, 200)
    net = cr.Network([1, 1], output="identity", loss="half_squared_error", dtype="float32")
    (message,) = warned(lambda: net.fit(x, y))
    assert re.fullmatch(
        r"y\[:, 0\] goes from 449255\d\.\d+ to 449255\d\.\d+, and float32 tells numbers of that size apart by steps of "
        r"0\.5 alone: take scale_target=Standardize\.fitted\(y\), or dtype='float64'\.",
        message,
    )
    assert warned(lambda: net.fit(x, y - y.mean())) == []


def test_targets_that_no_float_holds_are_refused() -> None:
    for y in (10**400, [10**400], [[10**400, 0]]):
        with pytest.raises(KindError) as caught:
            cr.worked_example().loss([[1.0, 2.0]], y)
        assert str(caught.value).startswith("y holds objects (such as 1000")
        assert str(caught.value).endswith("…): give whole numbers 0 to 1, one for each class.")
