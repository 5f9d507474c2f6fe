"""What a rule of one's own must do so that what it writes down is what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import setting
from chainrule.errors import ChainruleError, InputError, LanguageError, UnknownName
from chainrule.expressions import Name, Node, evaluate, nodes
from chainrule.expressions import operations as ops
from chainrule.expressions.operations import language
from chainrule.program.write import Writer

X = np.array([[0.3, -0.7], [1.2, 0.4], [0.1, 0.9]])
y = np.array([0, 1, 1])

OTHER = (
    "gets other numbers on an array than by the rule that was written down from it: it must do the same for every "
    f"input, without a branch on type, state or chance. A rule may use {language()}."
)


def _said(make: Callable[[], Any]) -> str:
    with pytest.raises(LanguageError) as caught:
        make()
    return str(caught.value)


def _activation(rule: Callable[[Any], Any]) -> cr.Network:
    class Mine(cr.Activation):
        def forward(self, q: Any) -> None:
            rule(q)

    return cr.Network([2, 3, 2], hidden=Mine())


def test_a_rule_without_chance() -> None:
    rng = np.random.default_rng(0)
    said = _said(lambda: _activation(lambda q: setattr(q, "a", q.z * rng.random())))
    assert said == f"Mine(): q.a {OTHER}"


def test_a_rule_without_a_branch_on_the_type() -> None:
    def rule(q: Any) -> None:
        q.a = np.tanh(q.z) if isinstance(q.z, np.ndarray) else q.z * 2

    assert _said(lambda: _activation(rule)) == f"Mine(): q.a {OTHER}"


def test_a_rule_without_a_state() -> None:
    calls: list[int] = []

    def rule(q: Any) -> None:
        calls.append(1)
        q.a = q.z * len(calls)

    assert _said(lambda: _activation(rule)) == f"Mine(): q.a {OTHER}"


def test_a_rule_that_states_the_same_each_time() -> None:
    calls: list[int] = []

    def rule(q: Any) -> None:
        calls.append(1)
        if len(calls) > 1:
            q.more = q.z * 2
        q.a = q.z * 2

    assert _said(lambda: _activation(rule)) == f"Mine(): q.more {OTHER}"


def test_a_rule_that_arrays_can_take() -> None:
    def rule(q: Any) -> None:
        q.a = q.z * (1 if q.z.expr else 2)

    assert _said(lambda: _activation(rule)) == (
        "Mine(): forward(q) can be called on quantities, and not on arrays: 'numpy.ndarray' object has no attribute "
        "'expr'."
    )


def _chance(rule: str, stated: str, kind: type, make: Callable[[Any], Any], **more: Any) -> None:
    rng = np.random.default_rng(0)

    def with_chance(self: Any, q: Any) -> None:
        right = {
            "dz": lambda: q.da * rng.random(),
            "a": lambda: q.z * rng.random(),
            "w_new": lambda: q.w - rng.random() * q.dw,
            "eta": lambda: q.eta0 * rng.random(),
            "dw_clipped": lambda: q.dw * rng.random(),
            "penalty": lambda: np.square(q.w).sum() * rng.random(),
            "l": lambda: np.square(q.a - q.y).sum(axis=1) * rng.random(),
        }
        setattr(q, stated, right[stated]())

    part = type("Mine", (kind,), {rule: with_chance, **more})()
    assert _said(lambda: make(part)) == f"{part}: q.{stated} {OTHER}"


def test_in_no_kind_of_rule() -> None:
    net = cr.worked_example()

    def forward(self: Any, q: Any) -> None:
        q.a = 2 * q.z

    for rule, stated in (("backward", "dz"), ("evaluate", "a")):
        _chance(
            rule, stated, cr.Activation, lambda p: cr.Network([2, 3, 2], hidden=p).predict(X), forward=forward
        )
    _chance("update", "w_new", cr.Optimizer, lambda p: net.trace(net.x, net.y, p))
    rate = {"__annotations__": {"learning_rate": float}, "learning_rate": setting(0.1)}
    _chance("rate", "eta", cr.Schedule, lambda p: net.trace(net.x, net.y, cr.SGD(p)), **rate)
    _chance("clip", "dw_clipped", cr.Clipping, lambda p: net.trace(net.x, net.y, cr.SGD(0.1, clip=p)))
    _chance("forward", "penalty", cr.Penalty, lambda p: cr.Network([2, 3, 2], penalty=p))
    _chance("forward", "l", cr.Loss, lambda p: cr.Network([2, 3, 2], output="identity", loss=p))


# --- other forms ----------------------------------------------------------------------------------------------


def test_another_form_gives_the_same_numbers() -> None:
    def rule(q: Any) -> None:
        q.a = np.tanh(q.z)
        q.also(a=3 * q.z)

    assert _said(lambda: _activation(rule)) == (
        "Mine(): another form of q.a gives other numbers than the first one, which is a1: both must be equal for every "
        "input, but for rounding."
    )


def test_a_gradient_that_the_output_s_own_rule_does_not_give() -> None:
    class Mine(cr.Loss):
        def forward(self, q: Any) -> None:
            q.l = np.square(q.a - q.y).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.dz = q.a - q.y  # meant as a shorthand, and a gradient by its name
            q.da = 2 * q.dz / q.m

    assert _said(lambda: cr.Network([2, 2], output="identity", loss=Mine())) == (
        "Identity(): another form of q.dz gives other numbers than the first one, which is dz1: both must be equal for "
        "every input, but for rounding."
    )


def test_another_form_of_what_there_is() -> None:
    def rule(q: Any) -> None:
        q.also(h=3 * q.z)
        q.a = np.tanh(q.z)

    with pytest.raises(UnknownName) as caught:
        _activation(rule)
    assert str(caught.value) == (
        "there is no quantity 'h1'. There is: z1. Mine(): state q.h before its other form."
    )


def test_another_form_made_from_quantities() -> None:
    def rule(q: Any) -> None:
        q.a = np.tanh(q.z)
        q.also(a=3.0)

    assert (
        _said(lambda: _activation(rule))
        == "Mine(): q.also(a=3.0) is not made from quantities of the network."
    )


# --- gradients of samples that have weights -------------------------------------------------------------------


def plain(q: Any) -> None:
    q.da = 2 * (q.a - q.y) / q.m


def through_a_helper(q: Any) -> None:
    q.g = 2 * (q.a - q.y)
    q.da = q.g / q.m


def helper_that_begins_with_d(q: Any) -> None:
    q.dhalf = (q.a - q.y) / q.m
    q.da = q.dhalf + (q.a - q.y) / q.m


def number_that_begins_with_d(q: Any) -> None:
    q.denominator = q.m / 2
    q.da = (q.a - q.y) / q.denominator


def helper_for_each_sample(q: Any) -> None:
    q.distance = np.sqrt(np.square(q.a - q.y).sum(axis=1))
    q.da = 2 * (q.a - q.y) * (q.distance / q.distance)[:, None] / q.m


def dz_of_da(q: Any) -> None:
    q.da = 2 * (q.a - q.y) / q.m
    q.dz = q.da * 1


def both_in_full(q: Any) -> None:
    q.da = 2 * (q.a - q.y) / q.m
    q.dz = 2 * (q.a - q.y) / q.m


def dz_half_of_da(q: Any) -> None:
    q.da = 2 * (q.a - q.y) / q.m
    q.dz = 0.5 * q.da + (q.a - q.y) / q.m


def dz_first(q: Any) -> None:
    q.dz = 2 * (q.a - q.y) / q.m
    q.da = q.dz


def gradient_of_its_own_quantity(q: Any) -> None:
    q.dr = 2 * q.r / q.m
    q.da = q.dr


@pytest.mark.parametrize(
    "rule",
    [
        plain, through_a_helper, helper_that_begins_with_d, number_that_begins_with_d, helper_for_each_sample, dz_of_da,
        both_in_full, dz_half_of_da, dz_first, gradient_of_its_own_quantity,
    ],
)  # fmt: skip
def test_a_loss_of_ones_own_is_weighted_once(rule: Callable[[Any], None]) -> None:
    class Mine(cr.Loss):
        def forward(self, q: Any) -> None:
            q.r = q.a - q.y
            q.l = np.square(q.r).sum(axis=1)

        def backward(self, q: Any) -> None:
            rule(q)

    layers = [cr.Dense(2, 3), cr.Tanh(), cr.Dense(3, 2), cr.Identity()]
    net, weight = cr.Network(layers, loss=Mine(), seed=1), [1.0, 2.0, 0.25]
    target = np.array([[0.2, 0.5], [0.1, -0.4], [0.7, 0.3]])
    trace = net.trace(X, target, sample_weight=weight)
    r = trace["a2"] - target
    by_hand = 2 * np.array(weight)[:, None] * r / 3
    assert np.allclose(trace["da2"], by_hand, rtol=1e-12)
    assert np.allclose(trace["dz2"], by_hand, rtol=1e-12)
    if rule is gradient_of_its_own_quantity:
        assert np.allclose(trace["dr2"], by_hand, rtol=1e-12)
    for name, parameter in net.parameters.items():
        at, step = tuple(n - 1 for n in parameter.shape), 1e-6
        before = parameter[at]
        losses = []
        for sign in (1, -1):
            parameter[at] = before + sign * step
            losses.append(net.trace(X, target, sample_weight=weight).loss)
        parameter[at] = before
        assert trace[f"d{name}"][at] == pytest.approx(
            (losses[0] - losses[1]) / (2 * step), rel=1e-6, abs=1e-9
        )


def test_a_loss_that_mixes_samples_is_not_weighted_one_by_one() -> None:
    class Mine(cr.Loss):
        def forward(self, q: Any) -> None:
            q.mean = q.a.sum(axis=0) / q.m
            q.l = np.square(q.a - q.mean).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.da = 2 * (q.a - q.mean) / q.m

    net = cr.Network([2, 2], output="identity", loss=Mine())
    assert _said(lambda: net.trace(X, np.zeros((3, 2)), sample_weight=[1, 2, 3])) == (
        "Mine(): the loss of a sample depends on other samples (mean1), so its gradients can't be weighed one by one: "
        "leave sample_weight out, or leave backward(q) out, which is then derived."
    )


def test_a_gradient_that_is_none_of_each_sample_is_not_weighted() -> None:
    class Mine(cr.Loss):
        def forward(self, q: Any) -> None:
            q.r = q.a - q.y
            q.size = np.square(q.r).sum()
            q.l = np.square(q.r).sum(axis=1)

        def backward(self, q: Any) -> None:
            q.dsize = q.size * 0 + 1 / q.m
            q.da = 2 * q.r * q.dsize

    net = cr.Network([2, 2], output="identity", loss=Mine())
    assert _said(lambda: net.trace(X, np.zeros((3, 2)), sample_weight=[1, 2, 3])) == (
        "Mine(): q.dsize has the shape () for two samples, and is no gradient of each of them, so it can't be weighed: "
        "leave sample_weight out, or backward(q), which is then derived."
    )


def test_a_total_over_all_parameters_is_for_clippings() -> None:
    assert _said(lambda: _activation(lambda q: setattr(q, "a", q.z * q.total("z")))) == (
        "Mine(): q.total('z') sums over all parameters, which only join(q) of a clipping does."
    )


def test_a_clipping_of_ones_own_sums_over_all_parameters() -> None:
    class Mine(cr.Clipping):
        def measure(self, q: Any) -> None:
            q.dw_most = np.abs(q.dw).max()

        def join(self, q: Any) -> None:
            q.sum = q.total("dw_most")

        def clip(self, q: Any) -> None:
            q.dw_clipped = q.dw / q.sum

    net = cr.worked_example()
    trace = net.trace(net.x, net.y, cr.SGD(0.1, clip=Mine()))
    expected = sum(np.abs(trace[f"d{name}"]).max() for name in net.parameters)
    assert np.allclose(trace["dW1_clipped"], trace["dW1"] / expected, rtol=1e-12)


# --- examples ---------------------------------------------------------------------------------------------------


def written(net: cr.Network, optimizer: Any = None, **how: Any) -> Writer:
    """What is there when its program has been written."""
    made = Writer(net.program(optimizer, **how).plan, net)
    made.program()
    return made


def full(dtype: str = "float32", outputs: int = 2, **how: Any) -> cr.Network:
    """A network with everything that comes from outside."""
    last = cr.Softmax() if outputs > 1 else cr.Sigmoid()
    layers = [cr.Dense(3, 4), cr.BatchNorm(), cr.Tanh(), cr.Dropout(0.5), cr.Dense(4, outputs), last]
    return cr.Network(layers, dtype=dtype, penalty=cr.L2(0.1), **how)


def test_what_comes_from_outside_has_an_example_of_its_kind_shape_and_dtype() -> None:
    made = written(full(scaling=cr.Standardize(0.5, 2)), cr.Momentum(0.25), weighted=True)
    trained = {"W1": (3, 4), "b1": (4,), "gamma1": (4,), "beta1": (4,), "W2": (4, 2), "b2": (2,)}
    expected: dict[str, Any] = {
        "x_raw": ("input", (2, 3), "float64"),  # to be prepared in double precision
        **{name: ("parameter", shape, "float32") for name, shape in trained.items()},
        "center": ("constant", (1,), "float64"), "scale": ("constant", (1,), "float64"),
        "mu1_run": ("buffer", (4,), "float32"), "var1_run": ("buffer", (4,), "float32"),
        "y": ("target", (2, 2), "float32"), "u1": ("noise", (2, 4), "float32"), "weight": ("weight", (2,), "float32"),
        **{f"v{name}": ("state", shape, "float32") for name, shape in trained.items()},
    }  # fmt: skip
    values = {name: made.values[name].value for name in made.leaves}
    arrays = {
        name: (made.leaves[name], value.shape, value.dtype)
        for name, value in values.items()
        if np.ndim(value)
    }
    assert arrays == expected
    assert {name: value for name, value in values.items() if not np.ndim(value)} == {
        "m": 2, "k": 2, "t": 1, "strength": 0.1, "eta": 0.25, "mu": 0.9,
    }  # fmt: skip
    for name, kind in made.leaves.items():
        assert made.values[name].expr == Name(name, scalar=kind == "scalar")
    for name, start in (("v", 0.0), ("s", 0.5)):
        mine = part(cr.Optimizer, state=("v", "s"), start={"s": 0.5}, update=doing(
            v_new=lambda q: q.v + q.dw, s_new=lambda q: q.s * q.v_new, w_new=lambda q: q.w - q.s_new))  # fmt: skip
        example = written(full(), mine).values[f"{name}W1"].value
        np.testing.assert_array_equal(example, np.full((3, 4), start, np.float32))
    assert made.noise == {"u1": ("uniform", 4)}
    assert (made.penalized, made.untrained) == (["W1", "W2"], {"x_raw", "x"})


def test_examples_are_such_as_might_come() -> None:
    """So that no loss, and no layer, meets what it is not defined for; and nothing is 0 or 1, where two rules meet."""
    for outputs in (1, 3):
        made = written(full("float64", outputs), cr.SGD(0.1), weighted=True)
        y, weight, u = (made.values[name].value for name in ("y", "weight", "u1"))
        assert ((y > 0) & (y < 1)).all()
        assert np.unique(y).size == 2 * outputs
        assert outputs == 1 or y.sum(axis=1) == pytest.approx([1, 1])
        assert (weight > 0).all()
        assert (weight != 1).all()
        assert np.ptp(weight) > 0
        assert ((u > 0) & (u < 1)).all()
        assert np.unique(u).size == u.size
        assert np.unique(made.values["x"].value).size == 2 * 3
        again = written(full("float64", outputs), cr.SGD(0.1), weighted=True)
        for name in ("x", "y", "weight", "u1"):  # a rule is tried on the same numbers each time
            np.testing.assert_array_equal(again.values[name].value, made.values[name].value)


def test_a_loss_of_rows_in_groups_has_two_of_them() -> None:
    made = written(cr.Network([2, 3, 2], output="identity", loss="triplet"))
    assert made.values["m"].value == len(made.values["x"].value) == 2 * 3
    assert made.values["l"].value.shape == (2,)
    assert len(written(cr.Network([2, 3, 2]), targets=False).values["x"].value) == 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_quantity_s_example_is_what_its_rule_gives_of_the_others(dtype: str) -> None:
    scaled = {"scaling": cr.Standardize(0.5, 2), "scale_target": cr.Standardize(100.0, 20.0)}
    plain = cr.Network([2, 3, 1], output="identity", loss="huber", dtype=dtype, **scaled)
    clipped = cr.Adam(cr.Cosine(0.1, steps=9, warmup=3), clip=cr.ClipNorm(1.0))
    for made in (
        written(full(dtype), clipped), written(full(dtype), cr.SGD(0.1), weighted=True), written(plain, cr.SGD(0.1)),
        written(full(dtype), training=False), written(full(dtype), targets=False), written(full(dtype), to_inputs=True),
    ):  # fmt: skip
        env = {name: symbol.value for name, symbol in made.values.items()}
        for name, quantity in made.quantities.items():
            example, scalar = made.values[name], quantity.rule.scalar
            with np.errstate(all="ignore"):
                found = evaluate(quantity.rule, env)
            assert example.expr == Name(name, scalar, computed=scalar)
            assert type(found) is type(example.value)
            if quantity.section == "update":  # of a parameter's first rows, which are example enough
                env[name] = found
                found = found[:2] if np.ndim(found) else found
            least = 0 if quantity.note == "" else 1e-5  # else its textbook's form gave the example
            np.testing.assert_allclose(found, example.value, rtol=0, atol=least, err_msg=name)
            assert np.ndim(found) == 0 or found.dtype in (dtype, bool)


def test_what_is_prepared_becomes_the_network_s_number_in_both_of_its_forms() -> None:
    class Both(cr.Layer):
        takes, gives = "x_raw", "x"

        def forward(self, q: Any) -> None:
            q.half = 0.5 * q.x_raw
            q.x = q.half + 1
            q.also(x=1 + q.half)

    for layer, forms in ((Both(), True), (cr.Standardize(0.5, 2), False)):
        for dtype in ("float32", "float64"):
            layers = [layer, cr.Dense(2, 3), cr.Softmax()]
            quantities = cr.Network(layers, dtype=dtype).program().quantities
            x = quantities["x"]
            assert (x.textbook_form is not None) == forms
            for form in filter(None, (x.rule, x.textbook_form)):
                assert isinstance(form, Node)
                if dtype == "float64":  # it is already
                    assert form.op is not ops.CAST
                else:
                    assert (form.op, form.settings) == (ops.CAST, {"dtype": np.dtype(dtype)})
            assert ops.CAST not in {node.op for name in quantities if name != "x"
                                    for node in nodes(quantities[name].rule)}  # fmt: skip


# --- what a part leaves out, or has too much of -----------------------------------------------------------------


def part(kind: type, **body: Any) -> Any:
    """A part of one's own, called Mine."""
    return type("Mine", (kind,), body)()


def doing(**stated: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    """A rule that states these."""

    def rule(self: Any, q: Any) -> None:
        for local, value in stated.items():
            setattr(q, local, value(q))

    return rule


def layer(**body: Any) -> cr.Network:
    """A network with a layer from a to h between its two."""
    mine = part(cr.Layer, takes="a", gives="h", **body)
    return cr.Network([cr.Dense(2, 3), cr.Tanh(), mine, cr.Dense(3, 2), cr.Softmax()], seed=1)


def loss(**stated: Callable[[Any], Any]) -> cr.Network:
    return cr.Network([2, 2], output="identity", loss=part(cr.Loss, forward=doing(**stated)))


def trained(optimizer: Any) -> Any:
    return cr.Network([2, 3, 2], seed=1).program(optimizer)


def three(self: Any, *_: Any) -> dict[str, Any]:
    return {"c": np.full(3, 2.0)}


times_c, rate = doing(h=lambda q: q.a * q.c), {"__annotations__": {"by": float}, "by": setting(0.1)}
move = {"w_new": lambda q: q.w - 0.1 * q.dw}

LEFT_OUT: dict[str, Callable[[], Any]] = {
    "Mine() did not state its output q.h in forward(q).": lambda: layer(forward=doing(g=lambda q: 2 * q.a)),
    "no layer stated c1_new, the next value of its buffer c1.": lambda: layer(buffers=three, forward=times_c),
    "Mine() did not state q.da in backward(q).": lambda: layer(
        forward=doing(h=lambda q: 2 * q.a), backward=doing(da_half=lambda q: q.dh)
    ),
    "no layer stated the gradient dc1 of its parameter c1.": lambda: layer(
        parameters=three, forward=times_c, backward=doing(da=lambda q: q.dh * q.c)
    ),
    "Mine(): its noise u is 'gamma': it is 'uniform' or 'normal'.": lambda: layer(
        noise={"u": "gamma"}, forward=doing(h=lambda q: q.a * q.u)
    ),
    "Mine() did not state q.l in forward(q).": lambda: loss(r=lambda q: q.a - q.y),
    "Mine(): q.l has the shape (2, 2) for two samples: a loss gives one value a sample, as by .sum(axis=1).": lambda: (
        loss(l=lambda q: np.square(q.a - q.y))
    ),
    "Mine(): q.penalty has the shape (2, 3): it is one number, as by .sum().": lambda: cr.Network(
        [2, 3, 2], penalty=part(cr.Penalty, forward=doing(penalty=lambda q: np.square(q.w)))
    ),
    "Mine() did not state q.dw_penalty in backward(q).": lambda: cr.Network(
        [2, 3, 2],
        penalty=part(
            cr.Penalty, forward=doing(penalty=lambda q: q.w.sum()), backward=doing(dw_twice=lambda q: 2 * q.w)
        ),
    ),
    "L2(0.1) weighs nothing: the network has no weights.": lambda: cr.Network(
        [type("Mine", (cr.Dense,), {"weights": ()})(2, 2), cr.Softmax()], penalty=cr.L2(0.1)
    ),
    "Mine() did not state q.w_new in update(q).": lambda: trained(
        part(cr.Optimizer, update=doing(step=lambda q: 0.1 * q.dw))
    ),
    "Mine() did not state q.v_new in update(q).": lambda: trained(
        part(cr.Optimizer, state=("v",), update=doing(**move))
    ),
    "Mine(): state can't be called d: dW1 is there already.": lambda: trained(
        part(cr.Optimizer, state=("d",), update=doing(**move))
    ),
    "Mine(): q.step has a sum. An update is the same line for every entry of a parameter, without sums, products of "
    "matrices or transpositions.": lambda: trained(
        part(cr.Optimizer, update=doing(step=lambda q: q.dw.sum(), **move))
    ),
    "Mine() did not state q.dw_clipped in clip(q).": lambda: trained(
        cr.SGD(0.1, clip=part(cr.Clipping, clip=doing(dw_half=lambda q: q.dw / 2)))
    ),
    "Mine(0.1) did not state q.eta in rate(q).": lambda: trained(
        cr.SGD(part(cr.Schedule, rate=doing(by_t=lambda q: q.by * q.t), **rate))
    ),
}  # fmt: skip


def test_what_a_part_leaves_out_is_named() -> None:
    for message, make in LEFT_OUT.items():
        with pytest.raises(ChainruleError) as caught:
            make()
        assert str(caught.value) == message


@pytest.mark.parametrize("kind", [cr.Optimizer, cr.Schedule, cr.Clipping])
def test_a_setting_is_not_called_like_what_an_update_reads(kind: Any) -> None:
    steps: dict[Any, Callable[[Any], Any]] = {
        cr.Optimizer: lambda made: made, cr.Schedule: cr.SGD, cr.Clipping: lambda made: cr.SGD(0.1, clip=made),
    }  # fmt: skip
    for name in ("w", "dw", "v" if kind is cr.Optimizer else "t"):
        fields = {"__annotations__": {name: float}, name: setting(0.1)}
        mine = part(kind, **fields, **({"state": ("v",)} if kind is cr.Optimizer else {}))
        with pytest.raises(InputError) as caught:
            trained(steps[kind](mine))
        assert str(caught.value) == (
            f"Mine(0.1): a setting can't be called {name}, which the step has already: rename the field."
        )


def test_numbers_of_all_parameters_are_not_called_like_what_an_update_reads_or_states() -> None:
    for name in ("w", "dw", "v", "w_new", "v_new"):
        made = part(
            cr.Optimizer, state=("v",), prepare=doing(**{name: lambda q: 0.1 / q.t}), update=doing(**move)
        )
        with pytest.raises(InputError) as caught:
            trained(made)
        assert str(caught.value) == f"Mine(): q.{name} is something else for this part already: rename it."


# --- names of layers' inputs and outputs ----------------------------------------------------------------------------


def between(takes: str, gives: str) -> Any:
    return part(cr.Layer, takes=takes, gives=gives, forward=doing(**{gives: lambda q: 2 * getattr(q, takes)}))


def test_what_the_first_layer_takes_is_the_input() -> None:
    for takes, data in (("x_raw", "x_raw"), ("x", "x"), ("x_cells", "x_cells"), ("a", "x"), ("z", "x")):
        first = between(takes, "h" if data == "x" else "x")
        layers = [first, cr.Dense(2, 3), cr.Softmax()]
        program = cr.Network(layers).program()
        assert (program.data, program.leaves[data]) == (data, "input")
        assert [name for name, kind in program.leaves.items() if kind == "input"] == [data]


def test_outputs_have_the_number_of_the_last_layer_with_weights() -> None:
    layers = [
        between("x_raw", "x_half"), between("x_half", "x"), cr.Dense(2, 3), between("z", "h"), between("h", "a"),
        between("a", "g"), cr.Dense(3, 2), cr.Softmax(),
    ]  # fmt: skip
    program = cr.Network(layers).program()
    forward = [
        (q.name, q.place) for q in program.quantities.values() if q.section == "forward" and q.place < 7
    ]
    assert forward == [("x_half", 0), ("x", 1), ("z1", 2), ("h1", 3), ("a1", 4), ("g1", 5), ("z2", 6)]
    assert program.prepared == "x"
    assert [name for name in program.quantities if name in ("dx", "dx_half", "dx_raw")] == []
    assert [*program.gradients.items()] == [("W1", "dW1"), ("b1", "db1"), ("W2", "dW2"), ("b2", "db2")]


def test_gradients_go_back_to_the_first_parameter_or_where_asked_to_the_inputs() -> None:
    def backward(net: cr.Network, **how: Any) -> list[str]:
        return [q.name for q in net.program(**how).quantities.values() if q.section == "backward"]

    layers = [cr.Standardize(0.5, 2), cr.Dense(2, 3), cr.Tanh(), cr.Dense(3, 2), cr.Identity()]
    net = cr.Network(layers, loss="half_squared_error")
    plain = ["da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1"]
    assert backward(net) == plain
    assert backward(net, to_inputs=True) == [*plain[:-2], *["dW1", "db1", "dx", "dx_raw"]]
    assert backward(net, training=False) == backward(net, targets=False) == []
    own = part(cr.Layer, takes="x_raw", gives="x", forward=doing(x=lambda q: np.tanh(q.x_raw) * q.c),
               parameters=lambda *_: {"c": np.ones(2)})  # fmt: skip
    first = cr.Network([own, *layers[1:]], loss="half_squared_error")
    assert backward(first) == [*plain[:-2], "dW1", "db1", "dx", "dc"]


def test_what_is_not_trained_is_not_moved() -> None:
    net = cr.Network([2, 3, 2]).freeze("W1", "b2")
    program = net.program(cr.Adam())
    assert [*program.gradients] == ["b1", "W2"]
    assert {q.parameter for q in program.quantities.values() if q.section == "update"} == {"b1", "W2"}
    assert set(program.state) == {"mb1", "vb1", "mW2", "vW2"}
    assert {"dW1", "db2"} <= program.quantities.keys()  # to be read still
    whole = cr.Network([2, 2]).freeze("W1", "b1").program(cr.SGD(0.1, clip=cr.ClipNorm(1.0)))
    assert whole.gradients == {}
    assert "norm" not in whole.quantities


def test_two_settings_that_a_page_would_show_alike_get_the_name_of_their_part() -> None:
    """A layer's beta1 and an optimizer's β1: both are called so by textbooks, and β2 goes with its β1."""

    class Cut(cr.Clipping):
        limit: float = setting(2.0)
        beta: float = setting(0.5)
        gamma3: float = setting(0.25)
        gammaX: float = setting(0.5)

        def clip(self, q: Any) -> None:
            q.dw_clipped = q.dw * q.limit * q.beta * q.gamma3 * q.gammaX

    plain, normed = (
        cr.Network([2, 3, 2]),
        cr.Network([cr.Dense(2, 3), cr.BatchNorm(), cr.Tanh(), cr.Dense(3, 2), cr.Softmax()]),
    )
    optimizer = cr.Adam(0.1, clip=Cut())
    assert plain.program(optimizer).scalars == {
        "eta": ("", "eta"), "beta1": ("", "beta1"), "beta2": ("", "beta2"), "epsilon": ("", "epsilon"),
        "limit": ("clip", "limit"), "beta": ("clip", "beta"), "gamma3": ("clip", "gamma3"),
        "gammaX": ("clip", "gammaX"),
    }  # fmt: skip
    assert normed.program(optimizer).scalars == {
        "eta": ("", "eta"), "beta1_adam": ("", "beta1"), "beta2_adam": ("", "beta2"), "epsilon": ("", "epsilon"),
        "limit": ("clip", "limit"), "beta": ("clip", "beta"), "gamma3": ("clip", "gamma3"),
        "gammaX": ("clip", "gammaX"),
    }  # fmt: skip

    class Same(Cut):
        gamma1: float = setting(2.0)

        def clip(self, q: Any) -> None:
            q.dw_clipped = q.dw * q.gamma1

    clipped = normed.program(cr.SGD(0.1, clip=Same())).scalars
    assert {name: local for name, (role, local) in clipped.items() if role == "clip"} == {
        "limit": "limit", "beta": "beta", "gamma3_same": "gamma3", "gammaX": "gammaX", "gamma1_same": "gamma1",
    }  # fmt: skip
