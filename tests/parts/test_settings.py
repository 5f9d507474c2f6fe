"""What is set later: either it counts at once and is checked, or it is refused with what to do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.strategies import LOSSES

import chainrule as cr
from chainrule.errors import Fixed, InputError, KindError, LanguageError, UnknownName
from chainrule.parts.contract import (
    Activation,
    Clipping,
    Initializer,
    Loss,
    Optimizer,
    Part,
    Penalty,
    Schedule,
)

X = np.random.default_rng(0).uniform(0.1, 1, (24, 3))
Y = np.arange(24) % 2
KEEPS = "Network(…, parameters=net.parameters) keeps the weights"


def network(**how: Any) -> cr.Network:
    return cr.Network([3, 4, 2], seed=1, **how)


def refused(act: Callable[[], object], error: type[Exception] = Fixed) -> str:
    with pytest.raises(error) as caught:
        act()
    assert isinstance(caught.value, cr.ChainruleError)
    return str(caught.value)


def set_to(thing: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(thing, name, value)


# --- parts of a network ---------------------------------------------------------------------------------


def with_loss(loss: Loss, name: str) -> cr.Network:
    """A network that such a loss goes with."""
    own = {"poisson": "identity", "triplet": "identity"}
    return cr.Network([3, 4, 2], output=own.get(name) or LOSSES[name][0], loss=loss, seed=1)


def in_networks() -> list[tuple[str, Part, cr.Network]]:
    """Every part that a network is written with, in one."""
    found: list[tuple[str, Part, cr.Network]] = []
    for name, kind in Activation.registry().items():
        part = kind()
        found.append((name, part, network(hidden=part)))
    for name, of in Loss.registry().items():
        loss = of()
        found.append((name, loss, with_loss(loss, name)))
    found += [
        (name, part, network(penalty=part))
        for name, part in ((n, p()) for n, p in Penalty.registry().items())
    ]
    for layer in (cr.BatchNorm(), cr.LayerNorm()):
        found.append(
            (
                layer.name(),
                layer,
                cr.Network([cr.Dense(3, 4), layer, cr.ReLU(), cr.Dense(4, 2), cr.Softmax()]),
            )
        )
    drop = cr.Dropout(0.25)
    found.append(
        ("dropout", drop, cr.Network([cr.Dense(3, 4), cr.ReLU(), drop, cr.Dense(4, 2), cr.Softmax()]))
    )
    scaling, dense = cr.Standardize(X.mean(axis=0), X.std(axis=0)), cr.Dense(3, 2)
    found.append(("standardize", scaling, network(scaling=scaling)))
    found.append(("dense", dense, cr.Network([dense, cr.Softmax()])))
    return found


CASES = in_networks()


@pytest.mark.parametrize(("part", "net"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_a_network_is_written_with_stays(part: Any, net: cr.Network, tmp_path: Path) -> None:
    """Whatever is tried, what runs, what is saved and what is copied are one."""
    names = [field.name for field in dataclasses.fields(part)] or [n for n in vars(part) if n[0] != "_"]
    for name in [*names, "notes", "forward", "kind", "takes" if hasattr(part, "takes") else "quiet"]:
        before = getattr(part, name)
        for value in (0.5, 3, -1, "x", None, True, False, np.ones(3), cr.ReLU(), lambda *_: None):
            said = refused(set_to(part, name, value))
            assert said.startswith(f"{type(part).__name__}: {name} can't be set to ")
        refused(lambda name=name: delattr(part, name))  # type: ignore[misc]
        assert np.array_equal(getattr(part, name), before)
    if type(part).__name__ == "Triplet":
        y: Any = None
    else:
        y = Y if net.paired_loss.is_classification else np.stack([Y, 1 - Y], axis=1)
    loss = net.loss(X, y)
    net.save(tmp_path / "net.safetensors")
    for other in (cr.load(tmp_path / "net.safetensors"), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other.loss(X, y) == loss
    for twin in (copy.copy(part), copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        refused(set_to(twin, names[0] if names else "notes", 1))


def test_a_setting_of_a_part_is_told_what_to_do() -> None:
    net = network(hidden=cr.LeakyReLU(0.1), penalty=cr.L2(0.1))
    assert refused(set_to(net.penalty, "strength", 100.0)) == (
        f"L2: strength can't be set to 100.0 once the part is made: make a new L2, and a new network with it; {KEEPS}."
    )
    assert refused(set_to(net.layers[1], "slope", 0.9)).startswith(
        "LeakyReLU: slope can't be set to 0.9 once"
    )
    assert refused(set_to(net.layers[1], "slop", 0.9), UnknownName) == (
        "there is no setting of LeakyReLU 'slop'. Did you mean 'slope'? There is: slope."
    )
    assert refused(set_to(net.penalty, "notes", {})) == (
        "L2: notes can't be set to {}, since it belongs to the class: write class Mine(L2) with another notes."
    )
    assert refused(set_to(cr.He(), "normal", False)) == (
        "He: normal can't be set to False once the part is made: make a new He."
    )


@pytest.mark.parametrize(
    "kind", [kind for kind in Initializer.registry().values() if dataclasses.fields(kind)]
)
def test_initializers_stay(kind: type[Initializer]) -> None:
    part = kind()
    for field in dataclasses.fields(kind):
        refused(set_to(part, field.name, 0.5))


def test_what_a_caller_gave_may_change_afterwards() -> None:
    center, scale, shape, hidden = np.zeros(3), np.ones(3), [4, 6], ["tanh"]
    weights, names, layers = [1.0, 2.0], ["no", "yes"], [3, 4, 2]
    scaling, loss = cr.Standardize(center, scale), cr.CrossEntropy(class_weights=weights)
    augment = cr.data.Augment(shape)
    net = cr.Network(layers, hidden=hidden, scaling=scaling, loss=loss, classes=names, seed=1)
    before = net.loss(X, Y)
    center += 5
    scale *= 3
    shape[0], hidden[0], weights[0], names[0], layers[1] = 7, "relu", 100, "never", 9
    assert (scaling.center.tolist(), scaling.scale.tolist(), augment.shape) == ([0, 0, 0], [1, 1, 1], (4, 6))
    assert (loss.class_weights, net.classes, str(net.layers[2])) == ((1.0, 2.0), ("no", "yes"), "Tanh()")
    assert net.loss(X, Y) == copy.deepcopy(net).loss(X, Y) == before
    for twin in (scaling, copy.deepcopy(scaling), pickle.loads(pickle.dumps(scaling))):
        with pytest.raises(ValueError, match="read-only"):
            twin.center[0] = 5


# --- parts of one's own -----------------------------------------------------------------------------------


class Bent(cr.Activation):
    slope: float = cr.setting(0.5, ge=0)
    sizes: Any = None

    def __post_init__(self) -> None:  # without the base's
        self.twice = 2 * self.slope
        self._kept = 0

    def forward(self, q: Any) -> None:
        self._kept += 1
        q.a = np.where(q.z > 0, q.z, self.twice * q.z)


class Plain(cr.Activation):
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def forward(self, q: Any) -> None:
        q.a = self.factor * q.z


def test_parts_of_ones_own_stay_too() -> None:
    sizes = [1, 2]
    bent = Bent(0.25, sizes)
    network(hidden=bent)
    sizes.append(3)
    assert (bent.sizes, bent._kept > 0) == ((1, 2), True)
    assert refused(set_to(bent, "twice", 3)) == (
        "Bent: twice can't be set to 3 once the part is made: make a new Bent, and a new network with it; "
        f"{KEEPS}. What a part of your own keeps for itself is called _twice."
    )
    assert refused(set_to(bent, "count", 3), UnknownName) == (
        "there is no setting of Bent 'count'. There is: slope, sizes. What a part of your own keeps for itself is "
        "called _count."
    )
    assert refused(set_to(Plain(2.0), "factor", 3)).startswith("Plain: factor can't be set to 3 once")
    assert dataclasses.replace(bent, slope=0.75).twice == 1.5


def test_settings_are_checked_without_the_bases_post_init_too() -> None:
    assert (
        refused(lambda: Bent(-1.0), InputError)
        == "Bent: slope = -1.0 is out of range: it must be at least 0."
    )


def test_a_truth_value_without_a_default_is_checked() -> None:
    class Flagged(cr.Activation):
        flag: bool

        def forward(self, q: Any) -> None:
            q.a = 1 * q.z

    assert (
        refused(lambda: Flagged("False"), KindError) == "Flagged: flag = 'False' is neither True nor False."
    )  # type: ignore[arg-type]
    assert Flagged(np.True_).flag is True  # type: ignore[arg-type]


def test_a_part_is_a_dataclass_by_itself() -> None:
    """A decorator would make one of it again, from defaults that have lost their ranges."""

    @dataclasses.dataclass
    class Twice(cr.Activation):
        slope: float = cr.setting(0.1, ge=0)

        def forward(self, q: Any) -> None:
            q.a = self.slope * q.z

    assert refused(lambda: Twice(-1.0), KindError) == (
        "Twice is a dataclass by itself: leave the decorator @dataclass out."
    )


def test_a_class_shows_how_it_is_made() -> None:
    import inspect

    assert [*inspect.signature(cr.Adam).parameters] == ["learning_rate", "beta1", "beta2", "epsilon", "clip"]
    assert [*inspect.signature(cr.Standardize).parameters] == ["center", "scale"]


# --- optimizers, schedules, clippings -----------------------------------------------------------------------


def bits(net: cr.Network, optimizer: Optimizer) -> list[bytes]:
    memory = optimizer.state_arrays(net.parameters).values()
    return [net.parameters.flat.tobytes(), *(array.tobytes() for array in memory)]


def steered() -> list[tuple[str, Callable[[], Optimizer], Callable[[Any], Any], str, float]]:
    """Optimizers, where a number stands in them, its name, and another value of it."""
    found: list[tuple[str, Callable[[], Optimizer], Callable[[Any], Any], str, float]] = []
    made: dict[str, Callable[[], Optimizer]] = {
        name: kind for name, kind in Optimizer.registry().items() if not kind.full_batch and name != "rmsprop"
    }
    made["rmsprop"] = lambda: cr.RMSprop(momentum=0.5)
    for name, make in made.items():
        for field in dataclasses.fields(make()):
            if field.init and isinstance(getattr(make(), field.name), float):
                found.append(
                    (name, make, lambda its: its, field.name, 0.625 * getattr(make(), field.name) + 0.01)
                )
    schedules: dict[str, Callable[[], Schedule]] = {
        "warm_up": lambda: cr.WarmUp(0.1, 5),
        "step_decay": lambda: cr.StepDecay(0.1, 2, warmup=3.0),
        "exponential": lambda: cr.Exponential(0.1, 0.9),
        "cosine": lambda: cr.Cosine(0.1, 30, eta_min=0.01),
        "one_cycle": lambda: cr.OneCycle(0.1, 30),
    }
    assert set(schedules) == set(Schedule.registry())
    for name, of in schedules.items():
        for field in dataclasses.fields(of()):
            value = getattr(of(), field.name)
            if isinstance(value, float) and not (field.name == "warmup" and not value):
                found.append(
                    (name, lambda of=of: cr.SGD(of()), lambda its: its.learning_rate, field.name, 0.9 * value)
                )  # type: ignore[misc]
    for name, clip in Clipping.registry().items():
        found.append(
            (name, lambda clip=clip: cr.SGD(0.1, clip=clip(0.01)), lambda its: its.clip, "limit", 0.004)
        )  # type: ignore[misc]
    found.append(
        ("around another", lambda: cr.Lookahead(cr.SGD(0.1)), lambda its: its.inner, "learning_rate", 0.03)
    )
    found.append(("through", lambda: cr.Lookahead(cr.SGD(0.1)), lambda its: its, "learning_rate", 0.03))
    return found


STEERED = steered()


@pytest.mark.parametrize(
    ("make", "place", "name", "value"), [c[1:] for c in STEERED], ids=[f"{c[0]}.{c[3]}" for c in STEERED]
)
def test_a_number_counts_from_the_next_step_on(
    make: Callable[[], Optimizer], place: Callable[[Any], Any], name: str, value: float
) -> None:
    """As if the optimizer had been made with it, in traces, steps, fit and the script's numbers."""

    def ready() -> tuple[cr.Network, Optimizer]:
        net, its = network(), make()
        net.fit(X, Y, epochs=2, batch_size=8, optimizer=its, engine="numpy")
        return net, its

    (net, its), (other, fresh) = ready(), ready()
    setattr(place(its), name, value)
    # One that was made with the value, and has come as far.
    at, change = place(fresh), {name: value}
    if isinstance(fresh, cr.Lookahead) and name == "learning_rate":
        twin = dataclasses.replace(fresh, inner=dataclasses.replace(fresh.inner, **change))
    elif at is fresh:
        twin = dataclasses.replace(fresh, **change)
    else:
        of = "clip" if isinstance(at, Clipping) else "learning_rate"
        twin = dataclasses.replace(fresh, **{of: dataclasses.replace(at, **change)})
    for local, array in twin.state_arrays(other.parameters).items():
        array[...] = fresh.state_arrays(other.parameters)[local]
    twin.t = fresh.t

    assert its.scalars() == twin.scalars()
    assert net.code(optimizer=its) == other.code(optimizer=twin)
    traced = net.trace(X, Y, its)
    for key, expected in other.trace(X, Y, twin).items():
        np.testing.assert_array_equal(traced[key], expected, err_msg=key)
    before = net.parameters.flat.tobytes()
    list(net.steps(X, Y, epochs=1, batch_size=8, optimizer=its))
    other.fit(X, Y, epochs=1, batch_size=8, optimizer=twin, engine="numpy")
    assert bits(net, its) == bits(other, twin)
    assert before != net.parameters.flat.tobytes()


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_number_set_between_steps_is_gradient_descents(engine: str) -> None:
    """Against descent by hand, with another rate at each step."""
    net, rates = cr.Network([3, 2], seed=1), [0.5, 0.0, 0.25, 0.125]
    W, b = (net.parameters[name].copy() for name in ("W1", "b1"))

    def set_rate(run: cr.Run) -> None:
        run.learning_rate = rates[min(run.epoch, 3)]

    net.fit(X, Y, epochs=4, optimizer=cr.SGD(rates[0]), callbacks=[set_rate], engine=engine)
    for rate in rates:
        e = np.exp(X @ W + b)
        d = (e / e.sum(axis=1, keepdims=True) - np.eye(2)[Y]) / len(X)
        W, b = W - rate * X.T @ d, b - rate * d.sum(axis=0)
    np.testing.assert_allclose(net.parameters["W1"], W, rtol=1e-12)
    np.testing.assert_allclose(net.parameters["b1"], b, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("part", "name", "value", "error", "message"),
    [
        (
            cr.SGD(0.1),
            "learning_rate",
            -1,
            InputError,
            "SGD: learning_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            "x",
            KindError,
            "SGD: learning_rate = 'x' is no number: give one that is at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            True,
            KindError,
            "SGD: learning_rate = True is no number: give one that is at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            None,
            KindError,
            "SGD: learning_rate = None is no number: give one that is at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            np.nan,
            InputError,
            "SGD: learning_rate = nan is out of range: it must be at least 0.",
        ),
        (
            cr.Adam(),
            "beta1",
            1,
            InputError,
            "Adam: beta1 = 1 is out of range: it must be at least 0 and below 1.",
        ),
        (cr.ClipNorm(1), "limit", 0, InputError, "ClipNorm: limit = 0 is out of range: it must be above 0."),
        (
            cr.Cosine(1),
            "eta_min",
            -1,
            InputError,
            "Cosine: eta_min = -1 is out of range: it must be at least 0.",
        ),
        (
            cr.SGD(0.1),
            "learning_rate",
            cr.WarmUp(1.0, 3),
            Fixed,
            "SGD: learning_rate can't go from 0.1 to WarmUp(1.0, steps=3), which makes other lines of it: make a new "
            "SGD.",
        ),
        (
            cr.SGD(cr.WarmUp(1.0, 3)),
            "learning_rate",
            0.1,
            Fixed,
            "SGD: learning_rate can't be set to 0.1 once the part is made: make a new SGD.",
        ),
        (
            cr.RMSprop(),
            "momentum",
            0.5,
            Fixed,
            "RMSprop: momentum can't go from 0 to 0.5, which makes other lines of it: make a new RMSprop.",
        ),
        (
            cr.RMSprop(momentum=0.5),
            "momentum",
            0,
            Fixed,
            "RMSprop: momentum can't go from 0.5 to 0, which makes other lines of it: make a new RMSprop.",
        ),
        (
            cr.WarmUp(1.0, 3),
            "warmup",
            3.0,
            Fixed,
            "WarmUp: warmup can't go from 0 to 3.0, which makes other lines of it: make a new WarmUp.",
        ),
        (
            cr.WarmUp(1.0, 3),
            "steps",
            4,
            Fixed,
            "WarmUp: steps can't be set to 4 once the part is made: make a new WarmUp.",
        ),
        (
            cr.Cosine(1.0),
            "steps",
            4,
            Fixed,
            "Cosine: steps can't be set to 4 once the part is made: make a new Cosine.",
        ),
        (
            cr.RMSprop(),
            "centered",
            True,
            Fixed,
            "RMSprop: centered can't be set to True once the part is made: make a new RMSprop.",
        ),
        (
            cr.SGD(),
            "clip",
            cr.ClipNorm(1),
            Fixed,
            "SGD: clip can't be set to ClipNorm(1.0) once the part is made: make a new SGD.",
        ),
        (
            cr.SGD(),
            "state",
            ("m",),
            Fixed,
            "SGD: state can't be set to ('m',), since it belongs to the class: write class Mine(SGD) with another "
            "state.",
        ),
        (
            cr.Lookahead(),
            "k",
            3,
            Fixed,
            "Lookahead: k can't be set to 3 once the part is made: make a new Lookahead.",
        ),
        (
            cr.Lookahead(),
            "inner",
            "sgd",
            Fixed,
            "Lookahead: inner can't be set to 'sgd' once the part is made: make a new Lookahead.",
        ),
        (
            cr.Lookahead(),
            "learning_rate",
            -1,
            InputError,
            "Adam: learning_rate = -1 is out of range: it must be at least 0.",
        ),
        (
            cr.LBFGS(),
            "gradient_tolerance",
            0.5,
            Fixed,
            "LBFGS: gradient_tolerance can't go from 1e-05 to 0.5, which makes other lines of it: make a new LBFGS.",
        ),
        (cr.SGD(), "lr", 0.5, UnknownName, "there is no setting of SGD 'lr'. There is: clip, learning_rate."),
        (cr.SGD(), "t", -1, InputError, "SGD: t = -1 is out of range: it must be at least 0."),
        (cr.SGD(), "t", 0.5, KindError, "SGD: t = 0.5 is no whole number: give one that is at least 0."),
        (
            cr.EarlyStopping(),
            "patience",
            9,
            Fixed,
            "EarlyStopping: patience can't be set to 9 once the part is made: make a new EarlyStopping.",
        ),
        (
            cr.EarlyStopping(),
            "patiance",
            9,
            UnknownName,
            "there is no setting of EarlyStopping 'patiance'. Did you mean 'patience'? "
            "There is: monitor, mode, min_delta, patience, restore_best.",
        ),
        (
            cr.data.Augment(),
            "shift",
            2.0,
            Fixed,
            "Augment: shift can't be set to 2.0 once the part is made: make a new Augment.",
        ),
    ],
)
def test_what_is_refused(part: Part, name: str, value: Any, error: type[Exception], message: str) -> None:
    before = str(part)
    assert refused(set_to(part, name, value), error) == message
    assert str(part) == before


def test_a_number_that_is_read_from_the_part_is_refused() -> None:
    """It would stand in the program as it was at first, whatever it is set to."""

    class Mine(cr.Optimizer):
        rate: float = cr.setting(0.1)

        def update(self, q: Any) -> None:
            q.w_new = q.w - self.rate * q.dw

    assert refused(lambda: network().trace(X, Y, Mine()), LanguageError) == (
        "Mine(0.1): update(q) reads self.rate, and one program serves every rate: read it as q.rate."
    )


def test_a_schedule_of_ones_own_may_fill_in_what_is_open_for_as_long_as_a_training_takes() -> None:
    class Line(cr.Schedule):
        learning_rate: float = cr.setting(0.1)
        steps: int | None = cr.setting(None, ge=1, whole=True)

        def over(self, steps: int) -> None:
            self.steps = steps

        def rate(self, q: Any) -> None:
            q.eta = q.eta0 * (1 - (q.t - 1) / q.steps)

    optimizer = cr.SGD(Line(0.5))
    net = network()
    rates: list[float | None] = []
    net.fit(X, Y, epochs=4, optimizer=optimizer, callbacks=[lambda run: rates.append(run.learning_rate)])
    assert rates == [0.5, 0.375, 0.25, 0.125]
    assert optimizer.learning_rate.steps is None  # type: ignore[union-attr]
    assert refused(lambda: net.trace(X, Y, optimizer), InputError) == (
        "Line(0.5) has no steps: give steps=…, or train by fit, which knows it."
    )
    assert refused(set_to(optimizer.learning_rate, "steps", 9)).startswith(
        "Line: steps can't be set to 9 once"
    )


# --- the network's own attributes ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layers", []), ("penalty", cr.L2(1)), ("loss_part", cr.Huber()), ("paired_loss", cr.Huber()),
        ("dtype", "float32"), ("inputs", 7), ("outputs", 7), ("weights", []), ("constants", {}),
    ],
)  # fmt: skip
def test_what_a_network_was_made_with_stays(name: str, value: Any) -> None:
    net = network()
    assert refused(set_to(net, name, value)) == (
        f"net.{name} can't be set once the network is made: make a new network; {KEEPS}."
    )
    assert refused(lambda: delattr(net, name)) == f"net.{name} can't be deleted: make a new network; {KEEPS}."
    twin = copy.deepcopy(net)
    refused(set_to(twin, name, value))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("parameters", 'write into them, net.parameters["W1"] = … or net.parameters.flat[...] = …'),
        ("buffers", 'write into them, net.buffers["mu1_run"] = …'),
        ("frozen", 'write net.freeze("W1") or net.unfreeze("W1")'),
    ],
)
def test_what_is_written_into(name: str, what: str) -> None:
    net = network()
    assert refused(set_to(net, name, {})) == f"net.{name} can't be set once the network is made: {what}."


def test_what_a_network_has_not_is_not_set() -> None:
    net = network()
    assert refused(set_to(net, "learning_rate", 0.1), UnknownName) == (
        "there is no attribute of a network to set 'learning_rate'. There is: features, classes, metadata. "
        "Settings are arguments of Network."
    )
    assert refused(set_to(net, "loss", "huber")) == (
        "net.loss can't be set: it is there to be asked, not to be changed."
    )
    assert refused(set_to(net.parameters, "flat", np.zeros(3))) == (
        "parameters.flat can't be set: write into what is there, parameters.flat[...] = … for all of them, "
        'parameters["W1"] = … for one.'
    )
    with pytest.raises(TypeError):
        net.layers[1] = cr.Tanh()  # type: ignore[index]
    for name in ("append", "add"):
        assert not hasattr(net.layers, name)
        assert not hasattr(net.frozen, name)
    example = cr.worked_example()
    example.x = [[0.25, 0.5]]  # a class of its own has attributes of its own
    refused(set_to(example, "penalty", None))


def test_names_for_show_count_at_once_and_are_checked(tmp_path: Path) -> None:
    net = network()
    net.classes, net.features = ["no", "yes"], ("a", "b", "c")
    names = ["yes" if label else "no" for label in Y]
    assert net.loss(X, names) == net.loss(X, Y)
    net.save(tmp_path / "net.safetensors")
    loaded = cr.load(tmp_path / "net.safetensors")
    assert (loaded.classes, loaded.features) == (("no", "yes"), ("a", "b", "c"))
    assert refused(set_to(net, "classes", ["a"]), InputError) == "classes names 1, and the network has 2."
    assert refused(set_to(net, "features", "abc"), KindError) == "features = 'abc' is no list of names."
    assert (net.classes, net.features) == (("no", "yes"), ("a", "b", "c"))


def test_constants_and_memory() -> None:
    layers = [
        cr.Standardize(X.mean(axis=0), X.std(axis=0)),
        cr.Dense(3, 4),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Dense(4, 2),
    ]
    net = cr.Network([*layers, cr.Softmax()], seed=1)
    for its in (net, copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert refused(lambda its=its: its.constants.__setitem__("center", X[0])) == (  # type: ignore[misc]
            f"center can't be set, since it is a constant: make a new network; {KEEPS}."
        )
        with pytest.raises(ValueError, match="read-only"):
            its.constants["center"][0] = 0
        its.buffers["mu1_run"] = [1, 2, 3, 4]
        assert its.trace(X)["zhat1"][0, 3] == (its.trace(X)["z1"][0, 3] - 4) / np.sqrt(1 + 1e-5)
        assert its.predict(X[:1], engine="numpy") == pytest.approx(
            its.predict(X[:1], engine="compiled"), abs=1e-12
        )
        message = refused(lambda its=its: its.buffers.__setitem__("mu1_run", [1]), InputError)  # type: ignore[misc]
        assert message == "mu1_run has the shape (4,), and what was given has (1,)."
        refused(lambda its=its: its.buffers.__setitem__("mu2_run", [1]), UnknownName)  # type: ignore[misc]
        for act in (its.buffers.clear, its.buffers.popitem, lambda its=its: its.buffers.update(mu1_run=[0])):  # type: ignore[misc]
            assert refused(act) == "a network's arrays stay: assign them one by one, by their names."


def test_freezing_is_seen_by_the_next_step() -> None:
    net = network()
    steps = net.steps(X, Y, epochs=2, optimizer=cr.SGD(0.5))
    next(steps)
    before = net.parameters["W1"].copy()
    net.freeze("W1")
    trace = next(steps)
    assert "W1_new" not in trace
    np.testing.assert_array_equal(net.parameters["W1"], before)


# --- a run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_rate_of_0_stops_all_movement(engine: str) -> None:
    net, seen = network(), []

    def still(run: cr.Run) -> None:
        run.learning_rate = 0
        seen.append((run.learning_rate, run.network.parameters.flat.copy()))

    net.fit(X, Y, epochs=3, optimizer="adam", callbacks=[still], engine=engine)
    np.testing.assert_array_equal(net.parameters.flat, seen[0][1])
    assert [rate for rate, _ in seen] == [0, 0, 0]


def told_in(act: Callable[[cr.Run], Any], error: type[Exception], **how: Any) -> str:
    net = network()
    return refused(
        lambda: net.fit(X, Y, **{"epochs": 3, "optimizer": "sgd", "callbacks": [act], **how}), error
    )


def test_what_of_a_run_can_not_be_set() -> None:
    for name in ("step", "loss", "epochs", "network", "optimizer", "stop", "epoch", "stop_training"):
        assert told_in(lambda run, name=name: setattr(run, name, True), Fixed) == (  # type: ignore[misc]
            f"run.{name} can't be set: of a run only its learning_rate can. A callback keeps what it remembers itself, "
            f"self.{name}, and run.stop(reason) ends the training."
        )
    bad = told_in(lambda run: setattr(run, "learning_rate", -1), InputError)
    assert bad == "SGD: learning_rate = -1 is out of range: it must be at least 0."
    assert told_in(
        lambda run: setattr(run, "learning_rate", 0.1), InputError, optimizer=cr.SGD(cr.Cosine(0.1))
    ) == (
        "run.learning_rate sets the learning rate from epoch to epoch, and SGD has one that goes by the step, "
        "Cosine(0.1, steps=3): give the optimizer a number, or leave run.learning_rate out."
    )
    assert told_in(
        lambda run: setattr(run, "learning_rate", 0.1), InputError, optimizer=lambda w, dw: w - dw
    ) == ("run.learning_rate sets the learning rate, and UpdateFunction has none: leave it out.")


@pytest.mark.parametrize("when", ["start", "batch", "epoch"])
def test_freezing_in_a_running_fit_is_refused(when: str) -> None:
    freezing = type("Freezing", (cr.Callback,), {when: lambda self, run: run.network.freeze("W1", "b2")})
    assert told_in(freezing(), InputError) == (
        "Freezing froze or unfroze W1, b2, and a training goes on with what was frozen when it began: end it here with "
        "run.stop(reason), and fit again."
    )


def test_freezing_where_a_training_ends_is_fine() -> None:
    def phase(run: cr.Run) -> None:
        if run.epoch == 2:
            run.network.freeze("W1")
            run.stop("the first phase is over")

    net = network()
    history = net.fit(X, Y, epochs=9, optimizer="sgd", callbacks=[phase])
    assert (history.epochs, net.frozen) == (2, {"W1"})


def test_callbacks_remember_what_they_like() -> None:
    class Mine(cr.MetricMonitor):
        def start(self, run: cr.Run) -> None:
            super().start(run)
            self.seen: list[int] = []

        def epoch(self, run: cr.Run) -> None:
            super().epoch(run)
            self.seen = [*self.seen, self.since]

    mine = Mine(monitor="loss")
    network().fit(X, Y, epochs=3, callbacks=[mine])
    assert mine.seen == [0, 0, 0]
